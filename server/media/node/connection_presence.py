"""The sessions of a hosted room whose presence is their connection: those of WHIP and WHEP, which follow no log.

So the node keeps their seats while they are connected, and informs them when the room is recorded.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Container
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any, Final

import psycopg

from ...supervision import Supervisor
from ...types import PeerId
from .participant_connection import ParticipantConnection
from .recorder import Recorder
from .room_media import RoomMedia

FINAL_STATES: Final = ("failed", "closed")
"""The states that a connection never leaves."""

KeepSeat = Callable[[PeerId, timedelta], AbstractAsyncContextManager[bool]]
"""`Lease.holding`: keeps a participant's seat while the block runs."""

log = logging.getLogger(__name__)


class ConnectionPresence:
    """`answered` begins such a session, or continues it with another connection; `keep` forgets those that have left."""

    def __init__(self, media: RoomMedia, recorder: Recorder, keep_seat: KeepSeat) -> None:
        self._media = media
        self._recorder = recorder
        self._keep_seat = keep_seat
        self._leaves_when_recorded: dict[PeerId, bool] = {}
        self._kept: set[PeerId] = set()
        self._informed_of: int | None = None  # the recording that the sessions know of
        self._tasks = Supervisor()

    def answered(self, peer: PeerId, offer: dict[str, Any]) -> None:
        """This session's offer was answered. Only the offers of WHIP and WHEP count."""
        if offer.get("presence") != "connection":
            return
        self._leaves_when_recorded[peer] = offer.get("when_recorded") == "leave"
        if peer not in self._kept:
            self._kept.add(peer)
            self._tasks.once(self._keep_connected(peer), "seat of a WHIP or WHEP session")

    def keep(self, here: Container[PeerId]) -> None:
        """Forget all sessions but these."""
        self._leaves_when_recorded = {
            peer: leaves for peer, leaves in self._leaves_when_recorded.items() if peer in here
        }

    async def inform_of_recording(self) -> None:
        """Inform them of a recording as soon as it is announced, which is before it begins."""
        before, self._informed_of = self._informed_of, self._recorder.running
        if self._informed_of not in (None, before):
            for peer in list(self._leaves_when_recorded):
                await self._inform(peer)

    async def close(self) -> None:
        await self._tasks.close()

    async def _inform(self, peer: PeerId) -> None:
        if self._leaves_when_recorded.get(peer):
            await self._media.hang_up(peer)  # its seat ends with its connection
        else:
            self._media.notify(peer)

    async def _keep_connected(self, peer: PeerId) -> None:
        before = None
        try:
            # A new connection may be offered while the end of the previous one is still being written to the database.
            while (
                connection := self._media.connections.get(peer)
            ) is not None and connection is not before:
                before = connection
                try:
                    await self._keep_while_connected(peer, connection)
                except psycopg.Error as error:
                    log.info("the seat of session %s could not be kept: %s", peer, error)
        finally:
            self._kept.discard(peer)

    async def _keep_while_connected(self, peer: PeerId, connection: ParticipantConnection) -> None:
        if await connection.until("connected", *FINAL_STATES) in FINAL_STATES:
            return  # its seat was never kept here, so it expires after the grace period
        if self._recorder.running is not None:
            await self._inform(peer)
        async with self._keep_seat(peer, timedelta(0)):
            await connection.until(*FINAL_STATES)
