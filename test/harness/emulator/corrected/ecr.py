"""ECR: repositories on the address that stands before the emulator's own registry, where the harness names one."""

import os

from ministack.services import ecr


def correct() -> None:
    host = os.environ.get("EMULATOR_REGISTRY")
    if host:
        ecr._repo_uri = lambda name: f"{host}/{name}"
