"""EC2: security-group rules for a prefix list; a rule of one's own in the place of the one that every new group has."""

from ministack.services import ec2

from .wrapping import replace


def correct() -> None:
    replace(ec2, "_sg_rule_xml", with_prefix_list)
    replace(ec2, "_parse_ip_permissions", with_prefix_lists_read)
    replace(ec2, "_authorize_sg_egress", with_first_rule_replaced)


def with_prefix_list(original):
    def sg_rule_xml(sg_id, rule, is_egress=False):
        xml = original(sg_id, rule, is_egress)
        lists = rule.get("PrefixListIds")
        if not lists or "cidrIpv" in xml or "referencedGroupInfo" in xml:
            return xml
        first = lists[0]["PrefixListId"] if isinstance(lists[0], dict) else lists[0]
        return xml.replace("</toPort>", f"</toPort><prefixListId>{first}</prefixListId>")

    return sg_rule_xml


def with_prefix_lists_read(original):
    def parse_ip_permissions(params, prefix):
        rules = original(params, prefix)
        for position, rule in enumerate(rules, 1):
            rule["PrefixListIds"].extend(prefix_lists(params, f"{prefix}.{position}.PrefixListIds"))
        return rules

    return parse_ip_permissions


def prefix_lists(params, prefix):
    position = 1
    while identifier := ec2._p(params, f"{prefix}.{position}.PrefixListId"):
        description = ec2._p(params, f"{prefix}.{position}.Description")
        yield {"PrefixListId": identifier, **({"Description": description} if description else {})}
        position += 1


def with_first_rule_replaced(original):
    """A new group allows everything out. Written again, that rule gets its own description and tags."""

    def authorize_sg_egress(params):
        group = ec2._security_groups.get(ec2._p(params, "GroupId"))
        if group is not None:
            written = ec2._parse_ip_permissions(params, "IpPermissions")
            group["IpPermissionsEgress"] = [
                rule
                for rule in group["IpPermissionsEgress"]
                if not any(ec2._rules_match(rule, other) for other in written)
            ]
        return original(params)

    return authorize_sg_egress
