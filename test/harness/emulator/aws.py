"""What every service of the emulator shares: requests, errors, ARNs, tags."""

import os
import time
import uuid
from dataclasses import dataclass

ACCOUNT = os.environ.get("MINISTACK_ACCOUNT_ID", "000000000000")

now = time.time


def unique() -> str:
    return uuid.uuid4().hex


@dataclass(frozen=True)
class Request:
    """One call of a JSON operation."""

    data: dict
    region: str

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.region}:{ACCOUNT}:{resource}"


class AwsError(Exception):
    """An error as AWS names it; the provider decides by `code` what to do next."""

    def __init__(self, code: str, message: str, status: int = 400):
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


class Tags:
    """The tags of a service's resources, by ARN."""

    def __init__(self):
        self._by_arn: dict = {}

    def add(self, arn: str, tags: dict) -> None:
        self._by_arn.setdefault(arn, {}).update(tags)

    def remove(self, arn: str, keys: list) -> None:
        for key in keys:
            self._by_arn.get(arn, {}).pop(key, None)

    def of(self, arn: str) -> dict:
        return dict(self._by_arn.get(arn, {}))


def pairs_to_tags(pairs) -> dict:
    return {pair["Key"]: pair["Value"] for pair in pairs or []}


def tags_to_pairs(tags: dict) -> list:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
