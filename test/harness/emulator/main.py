"""Serves the AWS API on one loopback port: MiniStack, and what it lacks for this architecture.

usage: python main.py HOST PORT

Everything is in memory and belongs to one account; MiniStack reads its own settings from the environment.
"""

import asyncio
import os
import sys

HOST, PORT = sys.argv[1], sys.argv[2]
os.environ["GATEWAY_PORT"] = PORT

import ministack.app
from hypercorn.asyncio import serve
from hypercorn.config import Config

import control
import corrections
import dispatch
import repeats


def main() -> None:
    corrections.apply()
    config = Config()
    config.bind = [f"{HOST}:{PORT}"]
    # A client that reuses a connection must never meet one that was closed just then.
    config.keep_alive_timeout = 600
    config.keep_alive_max_requests = 1_000_000
    app = control.before(dispatch.before(ministack.app.app, dispatch.services()))
    asyncio.run(serve(repeats.replayed(app), config))


main()
