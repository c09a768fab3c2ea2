"""RDS instances: the secret of a managed master password, exported logs, the performance insights key."""

import json
import uuid

from ministack.core.responses import get_account_id, get_region
from ministack.services import rds, secretsmanager

from .wrapping import element, elements, replace


def correct() -> None:
    replace(rds, "_create_db_instance_impl", with_arguments_kept)
    replace(rds, "_modify_db_instance", with_arguments_kept)
    replace(rds, "_delete_db_instance_impl", with_secret_removed)
    replace(rds, "_instance_xml", with_arguments_shown)


def with_arguments_kept(original):
    """Keeps the arguments of a successful call that MiniStack forgets."""

    def change(p):
        response = original(p)
        instance = rds._instances.get(rds._p(p, "DBInstanceIdentifier"))
        if instance is not None and response[0] < 300:
            keep(instance, p)
        return response

    return change


def keep(instance, p) -> None:
    if rds._p(p, "ManageMasterUserPassword") == "true" and not instance.get("MasterUserSecret"):
        instance["MasterUserSecret"] = create_secret(instance, rds._p(p, "MasterUserSecretKmsKeyId"))
    exports = [
        *rds._parse_member_list(p, "EnableCloudwatchLogsExports"),
        *rds._parse_member_list(p, "CloudwatchLogsExportConfiguration.EnableLogTypes"),
    ]
    known = instance.get("EnabledCloudwatchLogsExports") or []
    instance["EnabledCloudwatchLogsExports"] = list(dict.fromkeys([*known, *exports]))
    for field in ("PerformanceInsightsKMSKeyId", "CACertificateIdentifier"):
        instance[field] = rds._p(p, field) or instance.get(field, "")


def create_secret(instance, key) -> dict:
    """A real secret of the emulator, with what RDS writes into it: user name and password."""
    password = rds._generate_master_user_password()
    instance["_MasterUserPassword"] = password
    arn = secretsmanager.create_secret_in_process(
        f"rds!db-{uuid.uuid4()}",
        json.dumps({"username": instance["MasterUsername"], "password": password}),
        description=f"Secret managed by RDS for DB instance {instance['DBInstanceArn']}",
    )
    default = f"arn:aws:kms:{get_region()}:{get_account_id()}:key/aws-secretsmanager-default"
    return {"SecretArn": arn, "SecretStatus": "active", "KmsKeyId": key or default}


def with_secret_removed(original):
    def delete(p):
        instance = rds._instances.get(rds._p(p, "DBInstanceIdentifier")) or {}
        response = original(p)
        secret = instance.get("MasterUserSecret")
        if secret and response[0] < 300:
            secretsmanager._delete_secret({"SecretId": secret["SecretArn"], "ForceDeleteWithoutRecovery": True})
        return response

    return delete


def with_arguments_shown(original):
    def instance_xml(instance):
        exports = element("EnabledCloudwatchLogsExports", instance.get("EnabledCloudwatchLogsExports") or [])
        shown = original(instance).replace("<EnabledCloudwatchLogsExports/>", exports)
        forgotten = ("PerformanceInsightsKMSKeyId", "MasterUserSecret")
        return shown + elements({name: instance.get(name) for name in forgotten})

    return instance_xml
