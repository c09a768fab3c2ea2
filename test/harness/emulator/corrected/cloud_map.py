"""Cloud Map: the provider gives a service's namespace inside its DNS configuration."""

from ministack.services import servicediscovery

from .wrapping import replace


def correct() -> None:
    replace(servicediscovery, "_create_service", with_namespace)


def with_namespace(original):
    def create_service(data):
        data.setdefault("NamespaceId", (data.get("DnsConfig") or {}).get("NamespaceId"))
        return original(data)

    return create_service
