"""EC2: a launch template remembers which network interface it attaches."""

from ministack.services import ec2

from .wrapping import elements, insert_after, replace

KEPT = {"NetworkInterfaceId": "networkInterfaceId", "DeleteOnTermination": "deleteOnTermination"}


def correct() -> None:
    replace(ec2, "_parse_lt_data", with_interfaces_kept)
    replace(ec2, "_lt_data_xml", with_interfaces_shown)


def with_interfaces_kept(original):
    def parse_lt_data(params, prefix="LaunchTemplateData"):
        data = original(params, prefix)
        for position, interface in enumerate(data.get("NetworkInterfaces", []), 1):
            for field in KEPT:
                if value := ec2._p(params, f"{prefix}.NetworkInterface.{position}.{field}"):
                    interface[field] = value
        return data

    return parse_lt_data


def with_interfaces_shown(original):
    def lt_data_xml(data):
        xml = original(data)
        for interface in data.get("NetworkInterfaces", []):
            addition = elements({shown: interface.get(field) for field, shown in KEPT.items()})
            xml = insert_after(xml, f"<deviceIndex>{interface.get('DeviceIndex')}</deviceIndex>", addition)
        return xml

    return lt_data_xml
