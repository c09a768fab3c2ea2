"""Answers the JSON operations of the services in `services/`; everything else goes on to MiniStack."""

import json
import re
import uuid

from aws import AwsError, Request
from services import app_runner, application_auto_scaling, service_quotas, waf_logging


def services():
    """The services by the first part of `X-Amz-Target`, such as `AppRunner` in `AppRunner.CreateService`."""
    return {
        "AnyScaleFrontendService": application_auto_scaling.OPERATIONS,
        "AppRunner": app_runner.OPERATIONS,
        "AWSWAF_20190729": waf_logging.OPERATIONS,
        "ServiceQuotasV20190624": service_quotas.OPERATIONS,
    }


def before(next_app, by_target):
    """An ASGI application that answers the operations it knows, and hands every other request to `next_app`."""

    async def app(scope, receive, send):
        if scope["type"] != "http":
            return await next_app(scope, receive, send)
        headers = {key.decode().lower(): value.decode("latin-1") for key, value in scope["headers"]}
        target, _, operation = headers.get("x-amz-target", "").partition(".")
        run = by_target.get(target, {}).get(operation)
        if run is None:
            return await next_app(scope, receive, send)
        body = await read(receive)
        await answer(send, headers, *outcome(run, body, region_of(headers)))

    return app


def outcome(run, body, region):
    """The status and the document of an operation, or of the error that it raises."""
    try:
        return 200, run(Request(json.loads(body or b"{}"), region))
    except AwsError as error:
        return error.status, {"__type": error.code, "message": error.message, "Message": error.message}


def region_of(headers):
    """The region of the credential scope: the only place where a request names it."""
    scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/", headers.get("authorization", ""))
    return scope[1] if scope else "us-east-1"


async def read(receive):
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


async def answer(send, headers, status, document):
    body = json.dumps(document).encode()
    content_type = headers.get("content-type", "application/x-amz-json-1.1")
    sent = [
        (b"content-type", content_type.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"x-amzn-requestid", str(uuid.uuid4()).encode()),
    ]
    if status != 200:
        sent.append((b"x-amzn-errortype", document["__type"].encode()))
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": body})
