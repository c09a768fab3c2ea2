"""Containers that ECS starts, without any program in them: each does what the test says its image does.

MiniStack drives containers through the client of Docker's Python package; this is the part of that client which it
calls. So the life of tasks, the forwarding of their lines and the circuit breaker are MiniStack's own.
"""

import hashlib
import time

from aws import unique

# By digest, such as {"sha256:…": {"task": {"exitCode": 1, "lines": ["no table"]}}}; see `Behaviours` in emulator.ts.
BEHAVIOURS: dict = {}
STARTED: list = []

TASK = {"exitCode": 0, "seconds": 0.5, "lines": []}
SERVICE = {"exitCode": None, "seconds": 0.2, "lines": []}


class Container:
    """Runs its time, writes its lines evenly within it, and exits; one without exit code stays."""

    def __init__(self, image: str, behaviour: dict, settings: dict):
        self.id, self.image = unique(), image
        self.environment = settings.get("environment") or {}
        self.command = settings.get("command")
        self.task = settings["labels"]["com.amazonaws.ecs.task-arn"]
        self.attrs = {"NetworkSettings": {"Networks": {}}}
        self._behaviour, self._started, self._stopped = behaviour, time.monotonic(), False

    @property
    def status(self) -> str:
        ended = self._behaviour["exitCode"] is not None and self._age() >= self._behaviour["seconds"]
        return "exited" if self._stopped or ended else "running"

    def _age(self) -> float:
        return time.monotonic() - self._started

    def reload(self) -> None:
        """Its status is always new."""

    def wait(self) -> dict:
        return {"StatusCode": self._behaviour["exitCode"] or 0}

    def logs(self, stream: bool = False, **_options):
        return self._lines() if stream else b""

    def _lines(self):
        lines = self._behaviour["lines"]
        for position, line in enumerate(lines):
            due = self._behaviour["seconds"] * (position + 1) / (len(lines) + 1)
            time.sleep(max(0.0, due - self._age()))
            if self._stopped:
                return
            yield f"{line}\n".encode()

    def stop(self, **_options) -> None:
        self._stopped = True

    def remove(self, **_options) -> None:
        self._stopped = True

    def described(self) -> dict:
        """What a test may know of it: of the environment hashes, for there are secrets in it."""
        hashes = {name: hashlib.sha256(value.encode()).hexdigest() for name, value in self.environment.items()}
        return {
            "image": self.image,
            "task": self.task,
            "command": self.command,
            "environment": hashes,
            "status": self.status,
        }


class Docker:
    """The client: `containers` and `images` are both answered by itself."""

    def __init__(self, group_of):
        """group_of: the group of the task with an ARN; services start theirs in `service:NAME`."""
        self.containers = self.images = self
        self._group_of = group_of

    def run(self, image: str, **settings) -> Container:
        told = BEHAVIOURS.get(image.split("@")[-1], {})
        of_service = self._group_of(settings["labels"]["com.amazonaws.ecs.task-arn"]).startswith("service:")
        behaviour = {**SERVICE, **told.get("service", {})} if of_service else {**TASK, **told.get("task", {})}
        container = Container(image, behaviour, settings)
        STARTED.append(container)
        return container

    def get(self, identifier: str) -> Container:
        return next(container for container in STARTED if container.id == identifier)

    def pull(self, image: str, **_options) -> str:
        return image

    def list(self, **_options) -> list:
        return []
