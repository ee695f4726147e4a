"""What a relay with a bus has instead of its listener: it receives pages and notifications there, and LISTENs while the bus or its pump is silent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

import psycopg
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from ..backoff import backoff
from ..log.page import Page
from ..postgres.listener import RESYNC_EVERY, HallwayChanged, Listener, Resync, Wakeup
from ..postgres.notifications import RoomChanged
from ..postgres.roles import Connect
from ..supervision import begin, first_of
from ..types import RoomId
from .address import BusAddress
from .beats import SILENT_AFTER, Beats
from .connection import BusConnection, BusLost, connected
from .key import BusKey, read_key
from .messages import (
    BEAT,
    MISSED,
    NOTIFICATION,
    PAGE,
    Missed,
    missed_body,
    read_beat,
    read_page,
)

CONNECT_AGAIN_AFTER: Final = 10.0  # seconds of silence: the key may be another since a restore
ANSWERED_WITHIN: Final = 0.5  # seconds; then the database is asked
MOST_WAITING: Final = 4096  # wakeups
MOST_WAITING_BYTES: Final = 64 * 1024 * 1024

log = logging.getLogger(__name__)


@dataclass
class BusCounts:
    """What `/metrics` shows."""

    pages: int = 0
    gaps: int = 0
    from_memory: int = 0
    from_database: int = 0
    fallbacks: int = 0
    malformed: int = 0


class BusListener(Listener):
    """`on_bus`: wakeups come from the bus now, and pages of the followed rooms with them. `listening`: they come from the bus or from PostgreSQL."""

    def __init__(
        self, url: str, address: BusAddress, connect: Connect, *, silent_after: float = SILENT_AFTER
    ) -> None:
        super().__init__(url)
        self._address = address
        self._connect = connect
        self._silent_after = silent_after
        self.on_bus = False
        self.counts = BusCounts()
        self._bus: BusConnection | None = None
        self._key = BusKey("")
        self._beats = Beats()
        self._lost = asyncio.Event()
        self._connect_again = asyncio.Event()
        self._waiting: asyncio.Queue[tuple[Wakeup, int]] = asyncio.Queue(MOST_WAITING)
        self._waiting_bytes = 0
        self._dropped = False
        self._rooms: dict[RoomId, Subscription | None] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def reconnect(self) -> None:
        """Make both connections anew."""
        super().reconnect()
        self._connect_again.set()

    async def wakeups(self) -> AsyncGenerator[Wakeup, None]:
        """While `run` runs."""
        while True:
            wakeup, size = await self._waiting.get()
            self._waiting_bytes -= size
            yield wakeup
            if self._dropped and self._waiting.empty():
                self._dropped = False
                yield Resync(fresh=True)

    async def run(self) -> None:
        """Connect, receive, and choose between bus and LISTEN, until cancelled."""
        await first_of(bus=self._keep_connected(), source=self._choose(), timer=self._resync())

    async def follow(self, room: RoomId) -> None:
        """Receive this room's pages. When this returns, those of all later events will arrive."""
        self._rooms.setdefault(room, None)
        if self._bus is not None:
            try:
                await self._subscribe(self._bus, room)
                if self.on_bus:
                    await self._bus.settled()
            except BusLost as error:
                log.debug("the pages of a room are not received: %s", error)

    def unfollow(self, room: RoomId) -> None:
        subscription = self._rooms.pop(room, None)
        if subscription is not None and self._bus is not None:
            ending = begin(self._bus.unsubscribe(subscription), "end of a room's pages")
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)

    async def missed(self, room: RoomId, epoch: int, after: int) -> Page | None:
        """The page that goes on after this position, from the pump's memory; None if it is not there, or does not answer."""
        if self._bus is None:
            return None
        key = self._key
        question = key.seal(MISSED, missed_body(Missed(room, epoch, after)))
        answer = await self._bus.request(key.missed, question, ANSWERED_WITHIN)
        if not answer:
            return None
        try:
            kind, body = key.open(answer)
            page = read_page(body) if kind == PAGE else None
        except ValueError:
            self.counts.malformed += 1
            return None
        goes_on = (
            page and (page.room, page.epoch) == (room, epoch) and page.after <= after < page.head
        )
        return page if goes_on else None

    async def _choose(self) -> None:
        while True:
            await first_of(listen=self._listen(), heard=self._until_heard())
            self.listening, self.read_only = True, False
            log.info("notifications come from the bus")
            await first_of(
                silent=self._beats.until_silent(self._silent_after), lost=self._lost.wait()
            )
            self.on_bus = self.listening = False
            self.counts.fallbacks += 1
            self._beats.forget()
            log.warning("the bus at %s is silent: LISTEN in the meantime", self._address)

    async def _listen(self) -> None:
        async with aclosing(super().wakeups()) as wakeups:  # LISTEN ends with it, at once
            async for wakeup in wakeups:
                await self._waiting.put((wakeup, 0))

    async def _until_heard(self) -> None:
        await self._beats.next()
        # What was published before is read now, what is published from now on arrives. LISTEN ends after that.
        self.on_bus = True
        await self._waiting.put((Resync(fresh=True), 0))

    async def _resync(self) -> None:
        while True:
            await asyncio.sleep(RESYNC_EVERY)
            if self.on_bus:
                self._put(Resync(fresh=False))

    async def _keep_connected(self) -> None:
        attempt = 0
        while True:
            self._connect_again.clear()
            try:
                async with self._connect() as connection:
                    self._key = await read_key(connection)
                async with connected(self._address, "relay") as bus:
                    await self._receive(bus)
                    attempt = 0
                    await first_of(
                        lost=bus.until_lost(),
                        silent=self._beats.until_silent(CONNECT_AGAIN_AFTER),
                        asked=self._connect_again.wait(),
                    )
            except (BusLost, psycopg.Error) as error:
                level = logging.WARNING if attempt == 0 else logging.DEBUG
                log.log(level, "no bus at %s: %s", self._address, str(error).strip())
            finally:
                self._bus = None
                self._rooms = dict.fromkeys(self._rooms)
                self._lost.set()
            await asyncio.sleep(backoff(attempt, base=0.2, most=2.0))
            attempt += 1

    async def _receive(self, bus: BusConnection) -> None:
        """Subscribe to everything, and to the beats last: when one is heard, all is in force."""
        for room in tuple(self._rooms):
            await self._subscribe(bus, room)
        await bus.subscribe(self._key.notifications, self._received)
        await bus.settled()
        self._bus = bus
        self._lost.clear()
        for room in [room for room, subscribed in self._rooms.items() if subscribed is None]:
            await self._subscribe(bus, room)  # followed meanwhile
        await bus.subscribe(self._key.beats, self._received)
        await bus.settled()

    async def _subscribe(self, bus: BusConnection, room: RoomId) -> None:
        if self._rooms.get(room) is not None:
            return
        subscription = await bus.subscribe(self._key.room(room), self._received)
        if room in self._rooms and self._rooms[room] is None:
            self._rooms[room] = subscription
        else:
            await bus.unsubscribe(subscription)

    async def _received(self, message: Msg) -> None:
        try:
            kind, body = self._key.open(message.data)
            if kind == BEAT:
                self._heard(body)
            elif not self.on_bus:
                return
            elif kind == PAGE:
                self.counts.pages += 1
                self._put(read_page(body), len(body))
            elif kind == NOTIFICATION:
                self._notified(body.decode())
        except ValueError as error:  # UnicodeDecodeError is one
            self.counts.malformed += 1
            log.debug("ignored a message on the bus: %s", error)
        else:
            self.received += 1

    def _heard(self, body: bytes) -> None:
        beat = read_beat(body)
        if self._beats.heard(beat) and self.on_bus:
            self._put(Resync(fresh=True))
        for room, epoch, head in beat.heads:
            if room in self._rooms and self.on_bus:
                self._put(Page(room, epoch, head, head, 0, 0.0, None, ()))

    def _notified(self, payload: str) -> None:
        match self.parser.parse(payload):
            case None:
                pass
            case RoomChanged(room=room, hallway=hallway):
                self._put(HallwayChanged(room, hallway))
            case notification:
                self._put(notification)

    def _put(self, wakeup: Wakeup, size: int = 0) -> None:
        """What is too much is dropped, and everything is read again."""
        if self._waiting.full() or self._waiting_bytes + size > MOST_WAITING_BYTES:
            self._dropped = True
            return
        self._waiting_bytes += size
        self._waiting.put_nowait((wakeup, size))
