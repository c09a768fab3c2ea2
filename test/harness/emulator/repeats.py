"""Answers a request that an SDK repeats with the answer that got lost, so that nothing is made twice.

An SDK that does not get an answer sends the request again under the same `amz-sdk-invocation-id`. AWS knows most of
such requests by their client token; MiniStack would answer that what it made a moment ago exists already.
"""

import sys


def replayed(next_app):
    """An ASGI application that keeps the answers of successful calls, and gives them again to the same invocation."""
    answers: dict = {}

    async def app(scope, receive, send):
        invocation = invocation_of(scope)
        if invocation is None:
            return await next_app(scope, receive, send)
        if invocation in answers:
            print("repeated request answered again:", invocation, file=sys.stderr, flush=True)
            for message in answers[invocation]:
                await send(message)
            return None
        messages: list = []

        async def keep(message):
            messages.append(message)
            if not message.get("more_body") and message["type"] == "http.response.body" and messages[0]["status"] < 300:
                answers[invocation] = messages
            await send(message)

        return await next_app(scope, receive, keep)

    return app


def invocation_of(scope):
    """What names a call that changes something; nothing for reads and for what is no SDK's."""
    if scope["type"] != "http" or scope["method"] == "GET":
        return None
    headers = dict(scope["headers"])
    return headers.get(b"amz-sdk-invocation-id")
