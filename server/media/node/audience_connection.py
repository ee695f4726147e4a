"""What a listener's connection with an edge has, whichever of the two offers: its candidates, and whether audio can flow."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from ...formats.media_addresses import Reach
from ...types import PeerId
from ..candidates import Candidates
from .node_seat import NodeSeat
from .viewers import Viewer, ViewerRefused, Viewers, ViewersLost, ViewerState

CONNECTED_WITHIN: Final = 15.0  # seconds from the descriptions; browsers give up after as long


class AudienceConnection:
    """One session of the audience at this edge."""

    def __init__(self, peer: PeerId, seat: NodeSeat, viewers: Viewers, reach: Reach) -> None:
        self.peer = peer
        self._seat = seat
        self._viewers = viewers
        self._candidates = Candidates(reach)
        self._viewer: Viewer | None = None
        self._connected = asyncio.Event()
        self._over = asyncio.Event()

    @property
    def connected(self) -> bool:
        """Whether audio can flow."""
        return self._connected.is_set() and not self._over.is_set()

    async def candidates(self, body: object) -> None:
        """More candidates of the other side: one RTCIceCandidateInit, or a list."""
        if self._viewer is not None and not self._over.is_set():
            with suppress(ViewerRefused, ViewersLost):
                for each in self._candidates.parse(body):
                    await self._viewer.add_candidate(each)

    def hang_up(self) -> None:
        """This connection is over."""
        self._over.set()
        self._connected.set()

    async def _connects(self) -> bool:
        """Wait for the connection, CONNECTED_WITHIN at the longest; whether it was made."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CONNECTED_WITHIN):
                await self._connected.wait()
        return self.connected

    def _changed(self, state: ViewerState) -> None:
        if state == "connected":
            self._connected.set()
        else:
            self.hang_up()
