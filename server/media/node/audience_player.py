"""A WHEP player's connection with an edge: the player has offered, by HTTP, and can be told nothing after the answer.

So there is one connection, which is its presence: the edge keeps the seat as long as it exists.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any, Final

import psycopg

from ...formats.media_addresses import Reach
from ...types import PeerId
from .audience_connection import AudienceConnection
from .lease import NodeLease
from .node_seat import NodeSeat
from .viewers import Viewer, ViewerRefused, Viewers, ViewersLost

AT_ONCE: Final = timedelta(0)

log = logging.getLogger(__name__)


class AudiencePlayer(AudienceConnection):
    """`run` answers one offer, and returns when the connection is over. A player whom this edge cannot serve is refused in the lease: the stage does then."""

    offers_again = False

    def __init__(
        self,
        peer: PeerId,
        seat: NodeSeat,
        viewers: Viewers,
        reach: Reach,
        lease: NodeLease,
    ) -> None:
        super().__init__(peer, seat, viewers, reach)
        self._lease = lease
        self._offered: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._answered = asyncio.Event()

    async def run(self) -> None:
        """Serve the player."""
        try:
            self._viewer = viewer = await self._answer(await self._offered)
        except (ValueError, ViewerRefused, ViewersLost) as error:
            log.info("room %s: session %s: %s", self._seat.room, self.peer, error)
            await self._lease.refuse(self.peer)
            return
        finally:
            self._answered.set()
        try:
            await self._serve()
        finally:
            self._over.set()
            await viewer.close()

    async def offer(self, body: dict[str, Any]) -> None:
        """The player's offer. Returns when it is answered, so that candidates come after it."""
        if not self._offered.done():
            self._offered.set_result(body["sdp"])
        await self._answered.wait()

    async def _answer(self, offer: str) -> Viewer:
        viewer = await self._viewers.answer(self._candidates.filter_sdp(offer), self._changed)
        if self._over.is_set():  # hung up meanwhile
            await viewer.close()
            raise ViewerRefused("a recording was announced")
        self._seat.send(self.peer, "answer", {"type": "answer", "sdp": viewer.sdp})
        return viewer

    async def _serve(self) -> None:
        if not await self._connects():
            return  # its seat was never kept here, so it expires after the grace period
        try:
            async with self._lease.holding(self.peer, AT_ONCE):
                await self._over.wait()
        except psycopg.Error as error:
            log.info("the seat of session %s could not be kept: %s", self.peer, error)
