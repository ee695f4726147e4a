"""Who reads a log, the hallway or invitations, as these see it."""

from __future__ import annotations

import asyncio
from typing import Protocol


class Subscriber(Protocol):
    def advance(self) -> None:
        """There may be something that it has not received."""

    def cut(self) -> None:
        """It has not received what is no longer kept."""


class News(asyncio.Event):
    """The subscriber of a request that waits: set when there may be something new; who waits clears it."""

    def advance(self) -> None:
        self.set()

    def cut(self) -> None:
        self.set()
