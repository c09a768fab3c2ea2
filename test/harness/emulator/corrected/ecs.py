"""ECS: a service is read back with the rebalancing it was given."""

from ministack.services import ecs

from .wrapping import replace


def correct() -> None:
    replace(ecs, "_create_service", with_rebalancing)
    replace(ecs, "_update_service", with_rebalancing)


def with_rebalancing(original):
    def write_service(data):
        response = original(data)
        name = data.get("serviceName") or data.get("service", "")
        cluster = ecs._resolve_cluster_name(data.get("cluster", "default"))
        service = ecs._services.get(f"{cluster}/{name.split('/')[-1]}")
        if service is not None:
            known = service.get("availabilityZoneRebalancing", "DISABLED")
            service["availabilityZoneRebalancing"] = data.get("availabilityZoneRebalancing", known)
        return response

    return write_service
