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
from datetime import UTC, datetime

import psycopg

from .database import Database
from .hallway import Hallway
from .invitations import Invitations
from .listener import Bell, Dropped, Invited, Listener, Resync, Revoked
from .log import Entry, Reader, RoomLog, frame
from .metrics import Metrics
from .presence import Presence
from .shelf import Shelf
from .signed_out import SignedOut
from .types import Cursor, PeerId, RoomId, UserId

log = logging.getLogger(__name__)


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
        self._opening: dict[RoomId, asyncio.Future[RoomLog]] = {}
        self._rung: dict[RoomId, Bell | None] = {}
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
            self._rung.setdefault(room, Bell(room, 0, 0, datetime.now(UTC)))
            self._something_rang.set()

    @property
    def ready(self) -> bool:
        """Whether events reach readers: the bell is heard."""
        return self._listener.listening

    async def run(self) -> None:
        """Serve until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen(), name="listener")
            tasks.create_task(self._read(), name="log reader")

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
            if not room_log.readers and self._rooms.get(room) is room_log:
                del self._rooms[room]
                self._echoes.pop(room, None)
                self.metrics.rooms.set(len(self._rooms))

    async def _open(self, room: RoomId) -> RoomLog:
        if room in self._opening:
            return await asyncio.shield(self._opening[room])
        opening = self._opening[room] = asyncio.get_running_loop().create_future()
        try:
            for found, epoch, head in await self._heads([room]):
                self._rooms[found] = RoomLog(found, epoch, head)
                self.metrics.rooms.set(len(self._rooms))
            if room not in self._rooms:
                raise NoSuchRoom(room)
        except BaseException as error:
            opening.set_exception(error if isinstance(error, Exception) else NoSuchRoom(room))
            opening.exception()  # somebody may be waiting for it, or nobody: either is fine
            raise
        finally:
            del self._opening[room]
        opening.set_result(self._rooms[room])
        return self._rooms[room]

    async def _heads(self, rooms: Iterable[RoomId]) -> list[tuple[RoomId, int, int]]:
        async with self._database.relay() as connection:
            cursor = await connection.execute(
                "select room_id, epoch, head_seq from roomtone.relay_logs(%s)", (list(rooms),)
            )
            return [(RoomId(room), epoch, head) for room, epoch, head in await cursor.fetchall()]

    async def _listen(self) -> None:
        async for wakeup in self._listener.wakeups():
            match wakeup:
                case Bell(room=room, seq=seq, hallway=hallway) as bell:
                    self.metrics.bells.inc()
                    self.hallway.rung(room, hallway)
                    if room in self._rooms and self._echoes.pop(room, None) != seq:
                        self._rung[room] = bell
                        self._something_rang.set()
                case Invited(invitation=invitation):
                    self.metrics.bells.inc()
                    self.invitations.rung(invitation)
                case Revoked(mark=mark):
                    self.metrics.bells.inc()
                    self.signed_out.rung(mark)
                case Dropped():
                    self.metrics.bells.inc()
                    self._shelf.rung()
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
                await self._read_rooms(rung)
                # Only the bell for exactly what was just read is an echo; any other is looked into.
                self._echoes |= {r: self._rooms[r].head for r in written if r in self._rooms}
            except psycopg.Error as error:
                log.warning("the log could not be read, trying again: %s", str(error).strip())
                self._rung = rung | self._rung
                self._something_rang.set()
                await asyncio.sleep(0.2)

    async def _read_rooms(self, rung: dict[RoomId, Bell | None]) -> None:
        rooms = [room for room in rung if room in self._rooms]
        while rooms:
            async with self._database.relay() as connection:
                cursor = await connection.execute(
                    "select room_id, epoch, head_seq, tail_seq, seq, table_name, recipient, seat_user, seat_peer, event"
                    " from roomtone.relay_read(%s, %s)",
                    (rooms, [self._rooms[room].head for room in rooms]),
                )
                rows = await cursor.fetchall()
            read_at = datetime.now(UTC)
            self.metrics.reads.inc()
            unfinished = set()
            for room, epoch, head, tail, seq, table, recipient, seat_user, seat_peer, event in rows:
                room_log = self._rooms.get(room)
                if room_log is None:
                    continue
                if epoch != room_log.epoch or room_log.head < tail:
                    room_log.reset(epoch, head)
                elif seq is not None and seq > room_log.head:
                    self.metrics.events.inc()
                    bell = rung.get(room)
                    # What was committed since that bell is found before its own bell is heard.
                    heard_at = None
                    if bell is not None:
                        heard_at = bell.heard_at if seq <= bell.seq else read_at
                    room_log.append(
                        Entry(
                            seq,
                            frame(Cursor(epoch, seq), table, event, heard_at),
                            seat_user,
                            None if seat_peer is None else PeerId(str(seat_peer)),
                            json.loads(event)["reason"] if seat_user is not None else None,
                        ),
                        recipient,
                    )
                if room_log.head < head:
                    unfinished.add(room)
                else:
                    unfinished.discard(room)
            rooms = [room for room in unfinished if room in self._rooms]
