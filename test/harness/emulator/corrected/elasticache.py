"""ElastiCache: a group's key and when its token changed, a member's updates, which parameters are the user's own."""

import time

import calls
from ministack.services import elasticache

from .wrapping import element, elements, replace


def correct() -> None:
    replace(elasticache, "_create_replication_group", with_arguments_kept)
    replace(elasticache, "_update_auth_token", with_change_noted)
    replace(elasticache, "_rg_xml", with_arguments_shown)
    replace(elasticache, "_cluster_xml_inner", with_updates_shown)
    replace(elasticache, "_modify_cache_parameter_group", with_source_kept)
    replace(elasticache, "_describe_cache_parameters", with_source_asked)


def with_arguments_kept(original):
    def create_replication_group(p):
        response = original(p)
        group = elasticache._replication_groups.get(elasticache._p(p, "ReplicationGroupId"))
        if group is not None and response[0] < 300:
            group["KmsKeyId"] = elasticache._p(p, "KmsKeyId")
        return response

    return create_replication_group


def with_change_noted(original):
    """What a group accepts no API tells: each change is kept for the test."""

    def update_auth_token(group, token, strategy):
        original(group, token, strategy)
        group["AuthTokenLastModifiedDate"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        accepted = [calls.sha256(one) for one in group["_auth_tokens"]]
        calls.note("elasticache:ModifyReplicationGroup", {"strategy": strategy, "accepted": accepted})

    return update_auth_token


def with_arguments_shown(original):
    def rg_xml(group):
        return original(group) + elements({name: group.get(name) for name in ("KmsKeyId", "AuthTokenLastModifiedDate")})

    return rg_xml


def with_updates_shown(original):
    """The provider reads whether minor versions come by themselves from a member, not from the group."""

    def cluster_xml_inner(cluster):
        xml, name = original(cluster), "AutoMinorVersionUpgrade"
        return xml if f"<{name}>" in xml else xml + element(name, cluster.get(name, True))

    return cluster_xml_inner


def with_source_kept(original):
    """A parameter that was modified has the source `user`."""

    def modify_cache_parameter_group(p):
        response = original(p)
        known = elasticache._param_group_params.get(elasticache._p(p, "CacheParameterGroupName"), {})
        position = 1
        while name := elasticache._p(p, f"ParameterNameValues.ParameterNameValue.{position}.ParameterName"):
            if name in known:
                known[name]["Source"] = "user"
            position += 1
        return response

    return modify_cache_parameter_group


def with_source_asked(original):
    """Answers with the parameters of the source that the call asks for."""

    def describe_cache_parameters(p):
        name, source = elasticache._p(p, "CacheParameterGroupName"), elasticache._p(p, "Source")
        known = elasticache._param_group_params.get(name)
        if not source or known is None:
            return original(p)
        elasticache._param_group_params[name] = {
            key: value for key, value in known.items() if value.get("Source", "system") == source
        }
        try:
            return original(p)
        finally:
            elasticache._param_group_params[name] = known

    return describe_cache_parameters
