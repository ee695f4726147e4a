"""The HTTP server of one relay: when it starts, and how it stops."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

import uvicorn

from . import logs
from .ending_signals import ending_signals
from .supervision import CANNOT_GO_ON, Stop

STOP_PATIENCE: Final = 2  # seconds for requests under way; streams end at once

logger = logging.getLogger(__name__)


class RelayServer(uvicorn.Server):
    """uvicorn that calls `on_started` when it answers requests, and stops together with its application.

    ASGI's lifespan announces the shutdown only after the last response, which a stream never reaches by itself. So the
    server requests `stop` before, and when a background task of the application requests it, the server stops. A signal during the
    start requests it, too: uvicorn itself would look at the signal after the start only.
    """

    def __init__(self, config: uvicorn.Config, stop: Stop, on_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._stop = stop
        self._on_started = on_started
        self._loop: asyncio.AbstractEventLoop | None = None
        self._limit: threading.Timer | None = None

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            super().run(sockets)
        finally:
            if self._limit is not None:
                self._limit.cancel()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """uvicorn's, and SIGHUP, which is raised again after the stop like the others."""
        numbers = {*ending_signals()} - {signal.SIGINT, signal.SIGTERM}
        with super().capture_signals():
            if threading.current_thread() is not threading.main_thread():
                numbers = set()
            before = {number: signal.signal(number, self.handle_exit) for number in numbers}
            try:
                yield
            finally:
                for number, handler in before.items():
                    signal.signal(number, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        if self.should_exit:
            self._stop.requested.set()
        try:
            await super().startup(sockets)
        except SystemExit:
            if not (self.should_exit or self._stop.failed):
                raise
            self.should_exit = True
        if self.started:
            self._on_started()

    @property
    def stopped_early(self) -> bool:
        """Whether its start was ended by a signal, which is no error, or for a reason that was logged in a line."""
        said_why = self._stop.status == CANNOT_GO_ON
        return (self.should_exit or said_why) and not self.started

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        if not self.started and self._limit is None:
            self._limit = end_after(STOP_PATIENCE + 3)
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._stop.requested.set)

    async def on_tick(self, counter: int) -> bool:
        return await super().on_tick(counter) or self._stop.failed

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stop.requested.set()
        await super().shutdown(sockets)
        logs.report_left_out()


def end_after(seconds: float) -> threading.Timer:
    """End this process by force after this time, unless the timer is cancelled: something holds its start or its end."""
    timer = threading.Timer(seconds, _end, (seconds,))
    timer.daemon = True
    timer.start()
    return timer


def _end(seconds: float) -> None:
    logger.critical("the relay did not start or stop within %g s, so this process ends", seconds)
    os._exit(1)
