"""EC2: a NAT gateway is read back with its address."""

from ministack.services import ec2

from .wrapping import element, replace


def correct() -> None:
    replace(ec2, "_describe_nat_gateways", with_addresses_shown)


def with_addresses_shown(original):
    def describe_nat_gateways(params):
        status, headers, body = original(params)
        text = body.decode() if isinstance(body, bytes) else body
        first, *items = text.split("<natGatewayId>")
        shown = [first]
        for item in items:
            gateway = ec2._nat_gateways[item.partition("<")[0]]
            address = ec2._addresses.get(gateway["AllocationId"], {})
            fields = {
                "allocationId": gateway["AllocationId"],
                "associationId": f"eipassoc-{gateway['NatGatewayId'][4:]}",
                "isPrimary": True,
                "networkInterfaceId": f"eni-{gateway['NatGatewayId'][4:]}",
                "publicIp": address.get("PublicIp"),
                "status": "succeeded",
            }
            addresses = element("natGatewayAddressSet", {"item": fields}) if gateway["AllocationId"] else ""
            shown.append(item.replace("<natGatewayAddressSet/>", addresses))
        return status, headers, "<natGatewayId>".join(shown).encode()

    return describe_nat_gateways
