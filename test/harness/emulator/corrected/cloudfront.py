"""CloudFront: a response-headers policy is read back without the parts that it does not have."""

from ministack.services import cloudfront

from .wrapping import replace

OPTIONAL = {"CustomHeadersConfig": "CustomHeaders", "RemoveHeadersConfig": "RemoveHeaders"}


def correct() -> None:
    replace(cloudfront, "_build_rhp_config_xml", without_empty_parts)


def without_empty_parts(original):
    def build_rhp_config_xml(parent, config):
        original(parent, config)
        for tag, key in OPTIONAL.items():
            if not config[key]:
                parent.remove(parent.find(tag))

    return build_rhp_config_xml
