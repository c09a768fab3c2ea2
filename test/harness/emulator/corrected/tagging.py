"""Resource Groups Tagging API: EC2 and Elastic Load Balancing are searched too."""

from ministack.core.responses import get_account_id, get_region
from ministack.services import alb, ec2, tagging

KINDS = {
    "eipalloc": "elastic-ip",
    "eni": "network-interface",
    "fl": "vpc-flow-log",
    "igw": "internet-gateway",
    "lt": "launch-template",
    "nat": "natgateway",
    "rtb": "route-table",
    "sg": "security-group",
    "subnet": "subnet",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
}


def correct() -> None:
    tagging._COLLECTORS["ec2"] = tagged_in_ec2
    tagging._COLLECTORS["elasticloadbalancing"] = tagged_load_balancers


def tagged_in_ec2():
    for identifier, tags in ec2._tags.items():
        kind = KINDS.get(identifier.partition("-")[0])
        if kind is not None:
            yield f"arn:aws:ec2:{get_region()}:{get_account_id()}:{kind}/{identifier}", tags


def tagged_load_balancers():
    for arn, tags in alb._tags.items():
        if f":{get_region()}:" in arn:
            yield arn, tags
