"""The deadline of a request or of a WebSocket message."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from .. import request_bounds


class Deadline:
    """One timer of a connection. `start` does nothing while it runs."""

    __slots__ = ("_timer",)

    def __init__(self) -> None:
        self._timer: asyncio.TimerHandle | None = None

    def start(self, loop: asyncio.AbstractEventLoop, expired: Callable[[], None]) -> None:
        if self._timer is None:
            self._timer = loop.call_later(request_bounds.REQUEST_WITHIN_S, expired)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
