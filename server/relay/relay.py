"""The relay: hears the bell, reads the log, hands it to whoever follows.

Bells that arrive together are read together, in one query for all rooms that changed. Rooms nobody
follows here are not read at all.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final

import psycopg

from ..log.room_log import Entry, Reader, RoomLog, frame
from ..postgres.listener import Listener, Resync
from ..postgres.notifications import (
    InvitationChanged,
    NodeAssigned,
    RecordingDeleted,
    RoomChanged,
    Throttle,
    TokenRevoked,
)
from ..postgres.pools import Database
from ..supervision import Supervisor, begin
from ..types import Cursor, PeerId, RoomId, UserId
from .hallway import Hallway
from .invitations import Invitations
from .metrics import Metrics
from .presence import Presence
from .recording_files import Shelf
from .revocations import SignedOut

FRUITLESS_PER_S: Final = 50.0  # reads of the log that find nothing: what a false notification costs
FRUITLESS_AT_ONCE: Final = 100
UNREAD_FOR: Final = 1.0  # seconds

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Heard:
    """A notification that said where the room's log ends, and when it was heard."""

    seq: int
    at: datetime


class NoSuchRoom(Exception):
    """There is no room with this id."""


class Relay:
    """One relay: the rooms followed through it, kept up to date by one listener and one reader."""

    def __init__(
        self,
        database: Database,
        listener: Listener,
        hallway: Hallway,
        invitations: Invitations,
        signed_out: SignedOut,
        presence: Presence,
        shelf: Shelf,
        metrics: Metrics,
    ) -> None:
        self._database = database
        self._listener = listener
        self._presence = presence
        self._shelf = shelf
        self.hallway = hallway
        self.invitations = invitations
        self.signed_out = signed_out
        self.metrics = metrics
        self._rooms: dict[RoomId, RoomLog] = {}
        self._opening: dict[RoomId, asyncio.Task[RoomLog]] = {}
        self._rung: dict[RoomId, Heard | None] = {}
        self._fruitless = Throttle(FRUITLESS_PER_S, FRUITLESS_AT_ONCE)
        self._written: set[RoomId] = set()
        self._echoes: dict[RoomId, int] = {}
        self._something_rang = asyncio.Event()
        self._reset_heads = False
        self.stopping = asyncio.Event()

    def stop_streams(self) -> None:
        """Tell everybody who follows to come back in a moment, to whoever is there then."""
        self.stopping.set()
        self.hallway.wake_everybody()
        for room_log in self._rooms.values():
            for reader in room_log.readers:
                reader.wake.set()

    def ring(self, room: RoomId) -> None:
        """Something was committed in this room by this very relay: read it without waiting for the bell.

        What is sent is still what the log says, in its order. The bell that follows says nothing new
        here; other relays go by it.
        """
        if room in self._rooms:
            self._written.add(room)
            self._rung.setdefault(room, Heard(0, datetime.now(UTC)))
            self._something_rang.set()

    @property
    def ready(self) -> bool:
        """Whether events reach readers: the bell is heard."""
        return self._listener.listening

    def start(self, tasks: Supervisor) -> None:
        """Serve until the tasks end."""
        tasks.keep(self._listen, "listener")
        tasks.keep(self._read, "log reader")

    @asynccontextmanager
    async def follow(
        self, room: RoomId, user: UserId, peer: PeerId, wake: asyncio.Event
    ) -> AsyncIterator[Reader]:
        """A reader of the room's log from now on; its position is for the caller to set.

        From the moment it is here nothing is missed: take a snapshot now, and its cursor can be read on
        from. Raises NoSuchRoom.
        """
        room_log = self._rooms.get(room) or await self._open(room)
        reader = Reader(room_log, user, peer, wake)
        room_log.add(reader)
        try:
            yield reader
        finally:
            room_log.discard(reader)
            self._forget_unread(room, room_log)

    async def _open(self, room: RoomId) -> RoomLog:
        """The log of a room nobody follows yet, opened once for all who ask meanwhile.

        By a task of its own: whoever asked first may hang up, and the others still wait for it.
        """
        opening = self._opening.get(room)
        if opening is None:
            opening = self._opening[room] = begin(self._opened(room), "opening of a room")
            opening.add_done_callback(partial(self._has_opened, room))
        return await asyncio.shield(opening)

    async def _opened(self, room: RoomId) -> RoomLog:
        for _, epoch, head in await self._heads([room]):
            room_log = self._rooms[room] = RoomLog(room, epoch, head)
            self.metrics.rooms.set(len(self._rooms))
            return room_log
        raise NoSuchRoom(room)

    def _has_opened(self, room: RoomId, opening: asyncio.Task[RoomLog]) -> None:
        del self._opening[room]
        if not opening.cancelled() and opening.exception() is None:
            # Those who waited are about to read it; if all have hung up, nobody is.
            forget = partial(self._forget_unread, room, opening.result())
            asyncio.get_running_loop().call_later(UNREAD_FOR, forget)

    def _forget_unread(self, room: RoomId, room_log: RoomLog) -> None:
        if not room_log.readers and self._rooms.get(room) is room_log:
            del self._rooms[room]
            self._echoes.pop(room, None)
            self.metrics.rooms.set(len(self._rooms))

    async def _heads(self, rooms: Iterable[RoomId]) -> list[tuple[RoomId, int, int]]:
        async with self._database.relay() as connection:
            cursor = await connection.execute(
                "select room_id, epoch, head_seq from roomtone.relay_logs(%s)", (list(rooms),)
            )
            return [(RoomId(room), epoch, head) for room, epoch, head in await cursor.fetchall()]

    async def _listen(self) -> None:
        async for wakeup in self._listener.wakeups():
            if not isinstance(wakeup, Resync):
                self.metrics.bells.inc()
            match wakeup:
                case RoomChanged(room=room, seq=seq, hallway=hallway):
                    self.hallway.rung(room, hallway)
                    if room in self._rooms and self._echoes.pop(room, None) != seq:
                        self._rung[room] = Heard(seq, datetime.now(UTC))
                        self._something_rang.set()
                case InvitationChanged(invitation=invitation):
                    self.invitations.rung(invitation)
                case TokenRevoked(mark=mark):
                    self.signed_out.rung(mark)
                case RecordingDeleted():
                    self._shelf.rung()
                case NodeAssigned():
                    pass  # for media nodes
                case Resync(fresh=fresh):
                    self.metrics.resyncs.inc()
                    self._reset_heads = True
                    self._rung.update(dict.fromkeys(self._rooms))
                    self._something_rang.set()
                    self.hallway.resync()
                    self.invitations.resync()
                    self.signed_out.resync()
                    self._shelf.rung()
                    if fresh:
                        await self._database.refresh()
                        self._presence.renew()

    async def _read(self) -> None:
        while True:
            await self._something_rang.wait()
            self._something_rang.clear()
            rung, self._rung = self._rung, {}
            written, self._written = self._written, set()
            try:
                if self._reset_heads:
                    # A crash may have emptied the logs: opened anew they have new epochs to be seen.
                    await self._heads(self._rooms)
                    self._reset_heads = False
                found = await self._read_rooms(rung)
                # Only the bell for exactly what was just read is an echo; any other is looked into.
                self._echoes |= {r: self._rooms[r].head for r in written if r in self._rooms}
            except Exception as error:
                self._rung = rung | self._rung
                self._something_rang.set()
                if not isinstance(error, psycopg.Error):
                    raise
                log.warning("the log could not be read, trying again: %s", str(error).strip())
                await asyncio.sleep(0.2)
            else:
                if not found:
                    await self._fruitless.turn()

    async def _read_rooms(self, rung: dict[RoomId, Heard | None]) -> bool:
        """Read what is new in these rooms; whether anything was."""
        found = False
        rooms = [room for room in rung if room in self._rooms]
        while rooms:
            async with self._database.relay() as connection:
                cursor = await connection.execute(
                    "select room_id, epoch, head_seq, tail_seq, seq, table_name, recipient, seat_user, seat_peer, event,"
                    " taken_back_seq"
                    " from roomtone.relay_read(%s, %s)",
                    (rooms, [self._rooms[room].head for room in rooms]),
                )
                rows = await cursor.fetchall()
            read_at = datetime.now(UTC)
            self.metrics.reads.inc()
            unfinished = set()
            for (
                room,
                epoch,
                head,
                tail,
                seq,
                table,
                recipient,
                seat_user,
                seat_peer,
                event,
                gone,
            ) in rows:
                room_log = self._rooms.get(room)
                if room_log is None:
                    continue
                if epoch != room_log.epoch or room_log.head < tail:
                    found = True
                    room_log.reset(epoch, head)
                elif seq is not None and seq > room_log.head:
                    found = True
                    self.metrics.events.inc()
                    heard = rung.get(room)
                    # What was committed since then is found before its own notification is heard.
                    heard_at = None
                    if heard is not None:
                        heard_at = heard.at if seq <= heard.seq else read_at
                    room_log.append(
                        Entry(
                            seq,
                            frame(Cursor(epoch, seq), table, event, heard_at),
                            seat_user,
                            None if seat_peer is None else PeerId(str(seat_peer)),
                            json.loads(event)["reason"] if seat_user is not None else None,
                            gone,
                        ),
                        recipient,
                    )
                if room_log.head < head:
                    unfinished.add(room)
                else:
                    unfinished.discard(room)
            rooms = [room for room in unfinished if room in self._rooms]
        return found
