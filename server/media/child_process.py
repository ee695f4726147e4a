"""How a process beside the relay learns what it needs, and when to end.

What it must know comes in on its standard input, one line of JSON, so that no password stands in a list of
processes; and when that input ends, whoever started it is gone, and it goes too.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import uvloop

from .. import logs, privileges
from ..formats.ice import configuration
from ..formats.media_addresses import Reach
from ..settings import Settings
from ..supervision import begin
from ..types import UserId
from .signaling.client import Ice


@dataclass(frozen=True)
class ProcessConfig:
    """`url` is a libpq connection string of the relay's login; `more` is what only this kind of process needs."""

    url: str
    settings: Settings
    more: dict[str, Any]

    def ice(self, user: UserId) -> Ice:
        """What `GET /ice` would tell this user."""
        return ice_of(self.settings, user, loopback=self.settings.loopback)


def ice_of(settings: Settings, user: UserId, *, loopback: bool = False) -> Ice:
    """What `GET /ice` would tell this user, and where media may be sent: to loopback only where Roomtone serves it."""
    told = configuration(settings, user)
    reach = Reach.of(settings.media_networks, loopback=loopback)
    return Ice(tuple(told["iceServers"]), told["iceTransportPolicy"] == "relay", reach)


def run(work: Callable[[ProcessConfig], Coroutine[Any, Any, None]]) -> None:
    """Do this until told to stop: by SIGTERM or by the end of the input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started it
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(work))


async def _run(work: Callable[[ProcessConfig], Coroutine[Any, Any, None]]) -> None:
    loop = asyncio.get_running_loop()
    told = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    account = told.pop("account", None)
    if account is not None:
        privileges.drop(*account)  # before the first packet
    settings = Settings(**told.pop("settings"))
    logs.configure(settings.log_level, "%(name)s: %(message)s")
    working = begin(work(ProcessConfig(told.pop("url"), settings, told)), "work")
    loop.add_signal_handler(signal.SIGTERM, working.cancel)
    loop.add_reader(sys.stdin.fileno(), lambda: os.read(0, 4096) or working.cancel())
    with suppress(asyncio.CancelledError):
        await working
