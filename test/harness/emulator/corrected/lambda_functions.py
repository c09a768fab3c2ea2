"""Lambda: functions are kept, never run. What they would work on (a database, tasks) is not there."""

import json

import calls
from ministack.services import lambda_svc, secretsmanager

from .wrapping import replace


def correct() -> None:
    replace(lambda_svc, "_invoke", without_running)


def without_running(original):
    """A call of a function that exists succeeds with an empty answer; DryRun and unknown functions are MiniStack's."""

    async def invoke(name, event, headers, path_qualifier=None, query_params=None):
        if name not in lambda_svc._functions or headers.get("x-amz-invocation-type") == "DryRun":
            return await original(name, event, headers, path_qualifier, query_params)
        calls.note("lambda:Invoke", {"function": name, "event": event, "secrets": secrets_of(json.dumps(event))})
        return 200, {"Content-Type": "application/json", "X-Amz-Executed-Version": "$LATEST"}, b"{}"

    return invoke


def secrets_of(event: str) -> dict:
    """Hashes of the values that the secrets named in the event have now: what the function would read."""
    return {
        secret["Name"]: calls.sha256(secretsmanager.resolve_secret_string(secret["ARN"]))
        for secret in list(secretsmanager._secrets.values())
        if secret["ARN"] in event or f'"{secret["Name"]}"' in event
    }
