"""Application Auto Scaling: scalable targets, scaling policies, scheduled actions. Nothing ever scales."""

from aws import ACCOUNT, AwsError, Request, Tags, now, unique

TARGETS: dict = {}
POLICIES: dict = {}
ACTIONS: dict = {}
TAGS = Tags()

KEY = ("ServiceNamespace", "ResourceId", "ScalableDimension")
ROLE = "ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService"


def target_key(data: dict):
    return tuple(data.get(name) for name in KEY)


def require_target(data: dict):
    key = target_key(data)
    if key not in TARGETS:
        raise AwsError("ObjectNotFoundException", f"No scalable target registered for {'/'.join(map(str, key))}")
    return key


def register(request: Request):
    data, key = request.data, target_key(request.data)
    target = TARGETS.setdefault(
        key,
        {
            **dict(zip(KEY, key)),
            "CreationTime": now(),
            "ScalableTargetARN": request.arn("application-autoscaling", f"scalable-target/{unique()[:30]}"),
            "RoleARN": f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/{ROLE}",
            "SuspendedState": {
                "DynamicScalingInSuspended": False,
                "DynamicScalingOutSuspended": False,
                "ScheduledScalingSuspended": False,
            },
        },
    )
    for field in ("MinCapacity", "MaxCapacity", "RoleARN", "SuspendedState"):
        if data.get(field) is not None:
            target[field] = data[field]
    TAGS.add(target["ScalableTargetARN"], data.get("Tags") or {})
    return {"ScalableTargetARN": target["ScalableTargetARN"]}


def deregister(request: Request):
    key = require_target(request.data)
    del TARGETS[key]
    for store in (POLICIES, ACTIONS):
        for owned in [name for name in store if name[:3] == key]:
            del store[owned]
    return {}


def described(store: dict, request: Request, names: str = "", name: str = ""):
    """The items of a store that a Describe call asks for: `names` is its list of names, `name` that of an item."""
    data = request.data
    wanted = data.get("ResourceIds") or ([data["ResourceId"]] if data.get("ResourceId") else None)
    return [
        item
        for item in store.values()
        if item["ServiceNamespace"] == data["ServiceNamespace"]
        and (wanted is None or item["ResourceId"] in wanted)
        and data.get("ScalableDimension") in (None, item["ScalableDimension"])
        and (not data.get(names) or item[name] in data[names])
    ]


def put_policy(request: Request):
    data = request.data
    key = (*require_target(data), data["PolicyName"])
    where = f"resource/{data['ServiceNamespace']}/{data['ResourceId']}:policyName/{data['PolicyName']}"
    fresh = {
        "PolicyARN": request.arn("autoscaling", f"scalingPolicy:{unique()}:{where}"),
        "CreationTime": now(),
        "Alarms": [],
    }
    policy = {**POLICIES.get(key, fresh), **data}
    POLICIES[key] = policy
    return {"PolicyARN": policy["PolicyARN"], "Alarms": []}


def delete_policy(request: Request):
    return delete(POLICIES, request, "PolicyName")


def put_action(request: Request):
    data = request.data
    key = (*require_target(data), data["ScheduledActionName"])
    where = f"resource/{data['ServiceNamespace']}/{data['ResourceId']}"
    name = f"scheduledActionName/{data['ScheduledActionName']}"
    fresh = {
        "ScheduledActionARN": request.arn("autoscaling", f"scheduledAction:{unique()}:{where}:{name}"),
        "CreationTime": now(),
    }
    ACTIONS[key] = {**ACTIONS.get(key, fresh), **data}
    return {}


def delete_action(request: Request):
    return delete(ACTIONS, request, "ScheduledActionName")


def delete(store: dict, request: Request, name: str):
    key = (*target_key(request.data), request.data[name])
    if store.pop(key, None) is None:
        raise AwsError("ObjectNotFoundException", f"Nothing is named {request.data[name]}")
    return {}


def tag(request: Request):
    TAGS.add(request.data["ResourceARN"], request.data.get("Tags") or {})
    return {}


def untag(request: Request):
    TAGS.remove(request.data["ResourceARN"], request.data.get("TagKeys") or [])
    return {}


OPERATIONS = {
    "RegisterScalableTarget": register,
    "DeregisterScalableTarget": deregister,
    "DescribeScalableTargets": lambda request: {"ScalableTargets": described(TARGETS, request)},
    "PutScalingPolicy": put_policy,
    "DeleteScalingPolicy": delete_policy,
    "DescribeScalingPolicies": lambda request: {
        "ScalingPolicies": described(POLICIES, request, "PolicyNames", "PolicyName")
    },
    "PutScheduledAction": put_action,
    "DeleteScheduledAction": delete_action,
    "DescribeScheduledActions": lambda request: {
        "ScheduledActions": described(ACTIONS, request, "ScheduledActionNames", "ScheduledActionName")
    },
    "TagResource": tag,
    "UntagResource": untag,
    "ListTagsForResource": lambda request: {"Tags": TAGS.of(request.data["ResourceARN"])},
}
