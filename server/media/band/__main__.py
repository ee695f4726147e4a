"""The band's own process: `python -m roomtone.media.band`, as `roomtone` starts it.

What it must know comes in on its standard input, one line of JSON, so that no password stands in a list of
processes; and when that input ends, whoever started it is gone, and the band goes too.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
from contextlib import suppress

from ...ice import configuration
from ...settings import Settings
from ...types import UserId
from ..signaling.line import Ice
from .player import play


async def main() -> None:
    """Play until told to stop: by SIGTERM or by the end of the input."""
    loop = asyncio.get_running_loop()
    told = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    settings = Settings(**told["settings"])
    logging.basicConfig(level=settings.log_level.upper(), format="%(name)s: %(message)s")
    playing = asyncio.create_task(play(told["url"], lambda user: ice_of(settings, user)))
    loop.add_signal_handler(signal.SIGTERM, playing.cancel)
    loop.add_reader(sys.stdin.fileno(), lambda: os.read(0, 4096) or playing.cancel())
    with suppress(asyncio.CancelledError):
        await playing


def ice_of(settings: Settings, user: UserId) -> Ice:
    """What `GET /ice` would tell this user."""
    told = configuration(settings, user)
    return Ice(tuple(told["iceServers"]), told["iceTransportPolicy"] == "relay")


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started it
    asyncio.run(main())
