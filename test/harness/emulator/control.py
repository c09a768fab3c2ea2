"""How a test tells the emulator what images do, and asks what was started and called."""

import json

import calls
import containers
from dispatch import answer, read

PREFIX = "/_landfall/"


def before(next_app):
    """An ASGI application that answers below `/_landfall/`, and hands every other request to `next_app`."""

    async def app(scope, receive, send):
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            return await next_app(scope, receive, send)
        body = await read(receive)
        document = outcome(scope["method"], scope["path"].removeprefix(PREFIX), body)
        await answer(send, {}, 404 if document is None else 200, document or {"__type": "NotFound"})

    return app


def outcome(method: str, what: str, body: bytes):
    match method, what:
        case "PUT", "images":
            containers.BEHAVIOURS.update(json.loads(body))
            return {"told": len(containers.BEHAVIOURS)}
        case "GET", "containers":
            return {"containers": [container.described() for container in containers.STARTED]}
        case "GET", "calls":
            return {"calls": calls.MADE}
    return None
