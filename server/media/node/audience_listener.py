"""One listener's connection with an edge: the edge offers, the listener answers, and a connection that ends is offered anew."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from ...backoff import backoff
from ...formats.media_addresses import Reach
from ...types import PeerId
from ..candidates import Candidates
from .audience_connection import AudienceConnection
from .node_seat import NodeSeat
from .viewers import ViewerRefused, Viewers, ViewersLost

STEADY_AFTER: Final = 10.0  # seconds; a connection that lasted so long was a good one
REFUSED_AFTER: Final = 3
"""Offers in a row that led to no connection, after which the stage's node serves this listener: a firewall may be in between, or no port
is free."""

log = logging.getLogger(__name__)


class AudienceListener(AudienceConnection):
    """`run` offers, and offers again, until it is cancelled or is no longer to. `refuse` is called when this edge cannot serve the listener."""

    def __init__(
        self,
        peer: PeerId,
        seat: NodeSeat,
        viewers: Viewers,
        reach: Reach,
        refuse: Callable[[PeerId], Awaitable[None]],
    ) -> None:
        super().__init__(peer, seat, viewers, reach)
        self.offers_again = True
        self._reach = reach
        self._refuse = refuse
        self._answered = False

    async def run(self) -> None:
        """Keep the listener connected."""
        failed = 0
        loop = asyncio.get_running_loop()
        while self.offers_again:
            began = loop.time()
            try:
                connected = await self._connect()
            except (ViewerRefused, ViewersLost) as error:
                log.info("room %s: session %s: %s", self._seat.room, self.peer, error)
                connected = False
            steady = connected and loop.time() - began > STEADY_AFTER
            failed = 0 if steady else failed + 1
            if failed >= REFUSED_AFTER and not connected and self.offers_again:
                await self._refuse(self.peer)
            if not steady and self.offers_again:
                # 0.25 0.5 1 2 4 8 8 … seconds, each times 0.5 to 1
                await asyncio.sleep(backoff(failed - 1))

    async def answer(self, body: dict[str, Any]) -> None:
        """The listener's answer to the offer, which begins the connection."""
        viewer = self._viewer
        if viewer is None or self._answered:
            return
        self._answered = True
        try:
            await viewer.start(self._candidates.filter_sdp(body["sdp"]))
        except (ValueError, ViewerRefused) as error:
            log.info("room %s: an answer cannot be used: %s", self._seat.room, error)
            self._seat.send(self.peer, "bye", {"reason": f"this answer cannot be used: {error}"})
            self.hang_up()
        except ViewersLost:
            self.hang_up()

    async def _connect(self) -> bool:
        """One connection, from the offer to its end; whether it was made. Raises ViewerRefused and ViewersLost."""
        self._connected, self._over = asyncio.Event(), asyncio.Event()
        self._candidates, self._answered = Candidates(self._reach), False
        self._viewer = viewer = await self._viewers.watch(self._changed)
        try:
            self._seat.send(self.peer, "offer", {"type": "offer", "sdp": viewer.sdp})
            if not await self._connects():
                return False
            self._seat.send(self.peer, "connected", {})
            await self._over.wait()
            return True
        finally:
            self._viewer = None
            self._over.set()
            await viewer.close()
