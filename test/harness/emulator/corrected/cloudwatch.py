"""CloudWatch: an alarm is read back with all that it was made with."""

from ministack.services import cloudwatch

from .wrapping import element, insert_after, replace

MADE_WITH: dict = {}

# MiniStack writes these itself.
SHOWN = ("AlarmName", "MetricName", "Namespace", "Threshold", "ComparisonOperator", "EvaluationPeriods")
DEFAULTS = {"ActionsEnabled": "true", "TreatMissingData": "missing"}


def correct() -> None:
    replace(cloudwatch, "_put_metric_alarm", with_arguments_kept)
    replace(cloudwatch, "_describe_alarms", with_arguments_shown)


def with_arguments_kept(original):
    def put_metric_alarm(params, cbor_data, is_cbor, is_json=False):
        response = original(params, cbor_data, is_cbor, is_json)
        name = cloudwatch._p(params, "AlarmName")
        if name and response[0] < 300:
            MADE_WITH[alarm_key(name)] = {**DEFAULTS, **tree(params)}
        return response

    return put_metric_alarm


def with_arguments_shown(original):
    def describe_alarms(params, cbor_data, is_cbor, is_json=False):
        status, headers, body = original(params, cbor_data, is_cbor, is_json)
        if not is_cbor and not is_json:
            for name, alarm in cloudwatch._alarms.items():
                body = insert_after(body, f"<AlarmArn>{alarm['AlarmArn']}</AlarmArn>", shown(name, alarm))
        return status, headers, body

    return describe_alarms


def shown(name: str, alarm: dict) -> str:
    """The arguments as XML, but those that MiniStack writes."""
    made = MADE_WITH.get(alarm_key(name), {})
    already = {*SHOWN, *(["DatapointsToAlarm"] if "DatapointsToAlarm" in alarm else [])}
    return "".join(element(key, value) for key, value in made.items() if key not in already)


def alarm_key(name: str):
    return cloudwatch.get_region(), name


def tree(params: dict) -> dict:
    """The nested form of a query's parameters: `Dimensions.member.1.Name` is the name of the first item of a list."""
    root: dict = {}
    for path, value in params.items():
        *parents, last = [step for step in path.split(".") if step != "member"]
        if not parents and last in ("Action", "Version") or path.startswith("Tags."):
            continue
        node = root
        for step in parents:
            node = node.setdefault(step, {})
        node[last] = value[0] if isinstance(value, list) else value
    return lists(root)


def lists(node):
    if not isinstance(node, dict):
        return node
    if node and all(key.isdigit() for key in node):
        return [lists(node[key]) for key in sorted(node, key=int)]
    return {key: lists(value) for key, value in node.items()}
