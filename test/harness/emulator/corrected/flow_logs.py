"""EC2: a flow log is read back with its role, its interval and its tags."""

from ministack.services import ec2

from .wrapping import elements, insert_after, replace

DEFAULT_FORMAT = (
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} "
    "${packets} ${bytes} ${start} ${end} ${action} ${log-status}"
)

MADE_WITH: dict = {}


def correct() -> None:
    replace(ec2, "_create_flow_logs", with_arguments_kept)
    replace(ec2, "_describe_flow_logs", with_arguments_shown)


def with_arguments_kept(original):
    def create_flow_logs(params):
        before = set(ec2._flow_logs.keys())
        response = original(params)
        for identifier in set(ec2._flow_logs.keys()) - before:
            ec2._parse_tag_specs(params, "vpc-flow-log", identifier)
            MADE_WITH[identifier] = {
                "deliverLogsPermissionArn": ec2._p(params, "DeliverLogsPermissionArn"),
                "maxAggregationInterval": ec2._p(params, "MaxAggregationInterval") or "600",
                "logFormat": ec2._p(params, "LogFormat") or DEFAULT_FORMAT,
            }
        return response

    return create_flow_logs


def with_arguments_shown(original):
    def describe_flow_logs(params):
        status, headers, body = original(params)
        for identifier in ec2._flow_logs.keys():
            addition = elements(MADE_WITH.get(identifier, {}))
            body = insert_after(body, f"<flowLogId>{identifier}</flowLogId>", addition)
        return status, headers, body

    return describe_flow_logs
