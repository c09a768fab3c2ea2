"""EC2: an interface endpoint is read back with its security groups and its private DNS."""

from ministack.services import ec2

from .wrapping import element, replace

MADE_WITH: dict = {}


def correct() -> None:
    replace(ec2, "_create_vpc_endpoint", with_arguments_kept)
    replace(ec2, "_vpce_fields_xml", with_arguments_shown)


def with_arguments_kept(original):
    def create_vpc_endpoint(params):
        before = set(ec2._vpc_endpoints.keys())
        response = original(params)
        for identifier in set(ec2._vpc_endpoints.keys()) - before:
            MADE_WITH[identifier] = {
                "groups": ec2._parse_member_list(params, "SecurityGroupId"),
                "private": ec2._p(params, "PrivateDnsEnabled") == "true",
                "policy": ec2._p(params, "PolicyDocument"),
            }
        return response

    return create_vpc_endpoint


def with_arguments_shown(original):
    def vpce_fields_xml(endpoint, tag="item"):
        xml, made = original(endpoint, tag), MADE_WITH.get(endpoint["VpcEndpointId"])
        if made is None:
            return xml
        groups = "".join(f"<item><groupId>{group}</groupId></item>" for group in made["groups"])
        addition = f"<groupSet>{groups}</groupSet>{element('privateDnsEnabled', made['private'])}"
        if made["policy"]:
            addition += element("policyDocument", made["policy"])
        return xml.replace("<routeTableIdSet>", f"{addition}<routeTableIdSet>")

    return vpce_fields_xml
