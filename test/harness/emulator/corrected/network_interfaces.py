"""EC2: network interfaces with tags, and all that can point to one: addresses, routes, launch templates."""

from ministack.services import ec2

from .wrapping import elements, insert_after, replace


def correct() -> None:
    replace(ec2, "_create_network_interface", with_tags)
    replace(ec2, "_associate_address", with_interface_kept)
    replace(ec2, "_describe_addresses", with_interface_shown)
    replace(ec2, "_create_route", with_interface_as_target)
    replace(ec2, "_replace_route", with_interface_as_target)
    ec2._ACTION_MAP["ModifyNetworkInterfaceAttribute"] = modify


def with_tags(original):
    def create_network_interface(params):
        before = set(ec2._network_interfaces.keys())
        response = original(params)
        for identifier in set(ec2._network_interfaces.keys()) - before:
            ec2._parse_tag_specs(params, "network-interface", identifier)
        return response

    return create_network_interface


def modify(params):
    identifier = ec2._p(params, "NetworkInterfaceId")
    interface = ec2._network_interfaces.get(identifier)
    if interface is None:
        return ec2._error("InvalidNetworkInterfaceID.NotFound", f"{identifier} does not exist", 400)
    if check := ec2._p(params, "SourceDestCheck.Value"):
        interface["SourceDestCheck"] = check == "true"
    if description := ec2._p(params, "Description.Value"):
        interface["Description"] = description
    if groups := ec2._parse_member_list(params, "SecurityGroupId"):
        interface["Groups"] = [{"GroupId": group, "GroupName": group} for group in groups]
    return ec2._xml(200, "ModifyNetworkInterfaceAttributeResponse", "<return>true</return>")


def with_interface_kept(original):
    def associate_address(params):
        response = original(params)
        address = ec2._addresses.get(ec2._p(params, "AllocationId"))
        if address is not None:
            address["NetworkInterfaceId"] = ec2._p(params, "NetworkInterfaceId")
        return response

    return associate_address


def with_interface_shown(original):
    def describe_addresses(params):
        status, headers, body = original(params)
        for address in ec2._addresses.values():
            if address.get("AssociationId"):
                addition = elements({"networkInterfaceId": address.get("NetworkInterfaceId")})
                body = insert_after(body, f"<allocationId>{address['AllocationId']}</allocationId>", addition)
        return status, headers, body

    return describe_addresses


def with_interface_as_target(original):
    """MiniStack makes a local route of a target that it does not know."""

    def write_route(params):
        response = original(params)
        interface = ec2._p(params, "NetworkInterfaceId")
        table = ec2._route_tables.get(ec2._p(params, "RouteTableId"))
        if interface and table:
            for route in table["Routes"]:
                if route.get("DestinationCidrBlock") == ec2._p(params, "DestinationCidrBlock"):
                    route.pop("GatewayId", None)
                    route["NetworkInterfaceId"] = interface
        return response

    return write_route
