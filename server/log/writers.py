"""Subscribers that have received everything: what is new is written to all of them in one loop."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from ..timings import Timing
from .frame import Frame
from .framing import Framing

log = logging.getLogger(__name__)


class Outlet(Protocol):
    """Where one subscriber's frames are written.

    `write` never waits: when the client does not read, the outlet says so to its subscriber, which then leaves the loop.
    """

    @property
    def framing(self) -> Framing: ...

    @property
    def write(self) -> Callable[[Any], object]: ...

    def failed(self) -> None:
        """`write` raised an error: end this connection."""


class Sent:
    """How many frames and bytes were written, and how long the loops took. Counted for a whole loop at once."""

    __slots__ = ("frames", "loops", "size")

    def __init__(self) -> None:
        self.frames = 0
        self.size = 0
        self.loops = Timing()


class Writers:
    """The outlets of subscribers that are caught up, by framing: each framing is made once, and written to all of them."""

    __slots__ = ("_outlets", "_sent")

    def __init__(self, sent: Sent) -> None:
        self._sent = sent
        self._outlets: dict[Framing, dict[Outlet, Callable[[Any], object]]] = {}

    def add(self, outlet: Outlet) -> None:
        self._outlets.setdefault(outlet.framing, {})[outlet] = outlet.write

    def discard(self, outlet: Outlet) -> None:
        same = self._outlets.get(outlet.framing)
        if same is not None:
            same.pop(outlet, None)
            if not same:
                del self._outlets[outlet.framing]

    def send(self, frames: Sequence[Frame]) -> None:
        """Write these to every outlet. One that fails is ended alone."""
        if not self._outlets:
            return
        began = time.monotonic()
        failed = []
        for framing, outlets in tuple(self._outlets.items()):
            data = framing(frames)
            # A copy: an outlet that is full leaves while it is written to.
            for outlet, write in tuple(outlets.items()):
                try:
                    write(data)
                except Exception as error:  # noqa: BLE001 - whatever it is, it concerns this connection alone
                    log.debug("a stream could not be written: %r", error)
                    failed.append(outlet)
            self._sent.frames += len(frames) * len(outlets)
            self._sent.size += size_of(data) * len(outlets)
        self._sent.loops.add(time.monotonic() - began)
        for outlet in failed:
            outlet.failed()


def size_of(data: bytes | list[str]) -> int:
    return len(data) if isinstance(data, bytes) else sum(map(len, data))
