"""How a process that the relay starts gets its configuration, and learns when to end.

The configuration is one line of JSON on standard input, so that no password is visible in a list of processes. When standard
input ends, the parent process has ended, and so does this one.
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

from . import logs, privileges
from .ending_signals import ending_signals
from .settings import Settings
from .supervision import CANNOT_GO_ON, CannotGoOn, begin


@dataclass(frozen=True)
class ProcessConfig:
    """`url` is a libpq connection string of the relay's login; `more` has what only this kind of process needs."""

    url: str
    settings: Settings
    more: dict[str, Any]


def run(work: Callable[[ProcessConfig], Coroutine[Any, Any, None]]) -> None:
    """Run this until SIGTERM or SIGHUP, or the end of standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent process handles Ctrl-C
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_run(work))
    except CannotGoOn:
        sys.exit(CANNOT_GO_ON)  # the log says why


async def _run(work: Callable[[ProcessConfig], Coroutine[Any, Any, None]]) -> None:
    loop = asyncio.get_running_loop()
    config = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    account = config.pop("account", None)
    if account is not None:
        privileges.drop(*account)  # before the first packet
    settings = Settings(**config.pop("settings"))
    logs.configure(settings.log_level, settings.log_format, timed=False)
    working = begin(work(ProcessConfig(config.pop("url"), settings, config)), "work")

    def end() -> None:
        """Cancel the work once: a second time would interrupt the leaving of its rooms."""
        loop.remove_reader(sys.stdin.fileno())
        if not working.cancelling():
            working.cancel()

    def read_input() -> None:
        if not os.read(sys.stdin.fileno(), 4096):
            end()

    for number in ending_signals():
        if number != signal.SIGINT:
            loop.add_signal_handler(number, end)
    loop.add_reader(sys.stdin.fileno(), read_input)
    with suppress(asyncio.CancelledError):
        await working
