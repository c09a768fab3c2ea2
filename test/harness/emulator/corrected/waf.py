"""WAFv2: a web ACL keeps what its rules refer to by name, and its description."""

import json

from ministack.services import waf

from .wrapping import replace

FORGOTTEN = ("CustomResponseBodies", "CaptchaConfig", "ChallengeConfig", "TokenDomains", "AssociationConfig")


def correct() -> None:
    replace(waf, "create_web_acl_record", with_arguments_kept)
    replace(waf, "_update_web_acl", with_arguments_updated)


def with_arguments_kept(original):
    def create_web_acl_record(name, scope, props):
        uid, arn, record = original(name, scope, props)
        record.update({key: props[key] for key in FORGOTTEN if props.get(key)})
        return uid, arn, record

    return create_web_acl_record


def with_arguments_updated(original):
    def update_web_acl(data):
        response = original(data)
        if response[0] == 200 and json.loads(response[2]).get("NextLockToken"):
            record = waf.web_acl_record(data["Id"], data.get("Scope", "REGIONAL"))
            for key in FORGOTTEN:
                if data.get(key):
                    record[key] = data[key]
                else:
                    record.pop(key, None)
        return response

    return update_web_acl
