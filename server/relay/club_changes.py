"""Which clubs changed, for everybody who follows the hallway: their pages then read their club once.

A notification can be false, and nothing is read here. So what it can cause is bounded: one event a second, with a bounded number of ids.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from ..log import control_events
from ..log.frame import Frame
from ..types import ClubId

PAUSE: Final = 1.0  # seconds between two events
MOST_IDS: Final = 50  # in one event; if more clubs changed, it says that any may have


class ClubChanges:
    """Gathers the changes of a second; `send` gives the event to all who follow the hallway."""

    def __init__(self, send: Callable[[Frame], None]) -> None:
        self._send = send
        self._changed: dict[ClubId, None] = {}
        self._any = False  # too many to name, or missed
        self._work = asyncio.Event()

    def notified(self, club: ClubId) -> None:
        """A notification said that this club, its members, followers or rooms that everybody may see changed."""
        if len(self._changed) < MOST_IDS:
            self._changed[club] = None
        elif club not in self._changed:
            self._any = True
        self._work.set()

    def resync(self) -> None:
        """Notifications may have been missed: any club may have changed."""
        self._any = True
        self._work.set()

    async def run(self) -> None:
        """Send events until cancelled."""
        while True:
            await self._work.wait()
            self._work.clear()
            self._send(control_events.clubs(None if self._any else list(self._changed)))
            self._changed, self._any = {}, False
            await asyncio.sleep(PAUSE)
