"""The deadline of a request, of a WebSocket message, or of the reading of an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Deadline:
    """One timer of a connection. `start` does nothing while it runs."""

    __slots__ = ("_timer",)

    def __init__(self) -> None:
        self._timer: asyncio.TimerHandle | None = None

    def start(
        self, loop: asyncio.AbstractEventLoop, seconds: float, expired: Callable[[], None]
    ) -> None:
        if self._timer is None:
            self._timer = loop.call_later(seconds, expired)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
