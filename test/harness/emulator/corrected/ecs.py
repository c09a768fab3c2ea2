"""ECS: a service is read back with the rebalancing it was given. With containers, the life of tasks as ECS tells it."""

import os
import re
import time

import containers
from ministack.services import ecs

from .wrapping import replace

# In the words of ECS.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html (read 2026-11-29)
# https://repost.aws/knowledge-center/ecs-task-stopped (read 2026-11-29)
FAILED = "ECS deployment circuit breaker: tasks failed to start."
EXITED = "Essential container in task exited"
# How MiniStack calls what the service's scheduler does.
SCHEDULED = re.compile("Deployment completed|Deployment capacity limit|Service scaling down|Task definition updated")
# A failed deployment is shown until its tasks are drained.
FAILED_SECONDS = 10


def correct() -> None:
    replace(ecs, "_create_service", with_rebalancing)
    replace(ecs, "_update_service", with_rebalancing)
    if os.environ.get("EMULATOR_CONTAINERS") == "1":
        ecs._docker = containers.Docker(lambda arn: ecs._tasks[arn]["group"])
        replace(ecs, "_make_deployment", begun)
        replace(ecs, "_mark_task_stopped", with_reason)
        replace(ecs, "_record_service_task_failure", with_rollback_told)
        replace(ecs, "_describe_services", without_drained)


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


def begun(original):
    """The first deployment of a service is complete when its tasks run, not before."""

    def make_deployment(task_definition, desired_count, status="PRIMARY"):
        deployment = original(task_definition, desired_count, status)
        if desired_count > 0:
            deployment["rolloutState"] = "IN_PROGRESS"
            deployment["rolloutStateReason"] = f"ECS deployment {deployment['id']} in progress."
        return deployment

    return make_deployment


def with_reason(original):
    def mark_task_stopped(task_arn, task, reason, stop_code, exit_code=None):
        if stop_code == "EssentialContainerExited":
            reason = EXITED
        elif SCHEDULED.fullmatch(reason):
            reason = f"Scaling activity initiated by (deployment {task.get('_deployment_id')})"
            stop_code = "ServiceSchedulerInitiated"
        return original(task_arn, task, reason, stop_code, exit_code)

    return mark_task_stopped


def with_rollback_told(original):
    def record_service_task_failure(task, **options):
        original(task, **options)
        cluster = ecs._cluster_name_from_arn(task.get("clusterArn", ""))
        service = ecs._services.get(f"{cluster}/{task.get('group', '').removeprefix('service:')}")
        for deployment in (service or {}).get("deployments", []):
            if deployment["rolloutState"] == "FAILED" and "_failed_at" not in deployment:
                deployment["_failed_at"] = time.monotonic()
                deployment["rolloutStateReason"] = FAILED
            elif "rollback" in deployment["rolloutStateReason"]:
                deployment["rolloutStateReason"] = (
                    f"ECS deployment circuit breaker: rolling back to deploymentId {deployment['id']}."
                )

    return record_service_task_failure


def without_drained(original):
    """A failed deployment that was rolled back goes once its tasks are gone; MiniStack keeps it for ever."""

    def describe_services(data):
        for service in list(ecs._services.values()):
            service["deployments"] = [one for one in service["deployments"] if not drained(one)]
        return original(data)

    return describe_services


def drained(deployment) -> bool:
    old = time.monotonic() - deployment.get("_failed_at", time.monotonic()) > FAILED_SECONDS
    return old and deployment["status"] != "PRIMARY" and deployment["runningCount"] == 0
