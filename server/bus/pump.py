"""The pump: LISTENs, reads each notified room's log once, and publishes what it read. Several may run; one of them pumps."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from functools import partial
from itertools import count
from random import uniform
from typing import Any, Final, NoReturn

import psycopg
from nats.aio.msg import Msg

from ..backoff import backoff
from ..log.page import Page
from ..postgres.listener import HallwayChanged, Listener, Resync
from ..postgres.log_rows import read_logs
from ..postgres.notifications import (
    MOST_AT_ONCE,
    MOST_WAITING,
    NodeAssigned,
    RoomChanged,
    payload_of,
)
from ..postgres.roles import LOST_AFTER, Connection, become_relay
from ..postgres.session import Session
from ..supervision import first_of
from ..token_bucket import TokenBucket
from ..types import RoomId
from .address import BusAddress
from .beats import BEAT_EVERY, Beats
from .connection import BusConnection, BusLost, connected
from .election import NotElected, elect
from .key import BusKey, read_key
from .memory import PageMemory
from .messages import (
    BEAT,
    MISSED,
    MOST_HEADS,
    NOTIFICATION,
    PAGE,
    Beat,
    beat_body,
    page_body,
    read_beat,
    read_missed,
)
from .pages import LARGEST, pages_of

TAKES_OVER_AFTER: Final = 2.0  # seconds without a beat, before relays begin to LISTEN
ANYWAY_AFTER: Final = (
    3  # tries for the lock of a pump that is silent: it may be frozen, and two pumps harm nothing
)
READS_WITHIN: Final = 1.0  # seconds; a pump whose reading takes longer does not beat
FRUITLESS_PER_S: Final = 50.0  # reads that find nothing: notifications can be false
FRUITLESS_AT_ONCE: Final = 100

log = logging.getLogger(__name__)


async def pump(url: str, address: BusAddress) -> NoReturn:
    """Pump, or wait for the turn to, until cancelled. `url` is a libpq connection string of the relay's login."""
    attempt = 0
    while True:
        began = time.monotonic()
        try:
            async with _session(url, "pump") as session:
                key = await read_key(session)
            async with connected(address, "pump") as bus:
                await first_of(bus=bus.until_lost(), turns=_turns(url, bus, key))
        except (BusLost, psycopg.Error) as error:
            log.warning("the pump begins anew: %s", str(error).strip())
        attempt = 0 if time.monotonic() - began > 10 else attempt + 1
        await asyncio.sleep(backoff(attempt, base=0.2, most=2.0))


async def _turns(url: str, bus: BusConnection, key: BusKey) -> None:
    """Try at once, and then whenever no pump is heard. Returns when the key is no longer the database's."""
    beats = Beats()

    async def received(message: Msg) -> None:
        try:
            kind, body = key.open(message.data)
            if kind == BEAT:
                beats.heard(read_beat(body))
        except ValueError:
            log.debug("a beat that is not signed with this database's key")

    await bus.subscribe(key.beats, received)
    await bus.settled()
    tries = 0
    while True:
        turn = Turn(url, bus, key, beats)
        try:
            await turn.run(anyway=tries >= ANYWAY_AFTER)
        except NotElected:
            log.info("another pump is elected")
        if turn.key_changed:
            return
        heard_at = beats.heard_at
        await beats.until_silent(TAKES_OVER_AFTER + uniform(0, 0.5))
        tries = tries + 1 if beats.heard_at == heard_at else 1


class Turn:
    """One pump's time between its election and the loss of its connection, or another pump's later election."""

    def __init__(self, url: str, bus: BusConnection, key: BusKey, beats: Beats) -> None:
        self._url = url
        self._bus = bus
        self._key = key
        self._beats = beats
        self._memory = PageMemory()
        self._to_read: dict[RoomId, int] = {}
        self._work = asyncio.Event()
        self._fruitless = TokenBucket(FRUITLESS_PER_S, FRUITLESS_AT_ONCE)
        self._term = 0
        self._elected = asyncio.Event()
        self._changed: dict[RoomId, tuple[int, int]] = {}
        self._reading_since: float | None = None
        self.key_changed = False

    async def run(self, *, anyway: bool) -> None:
        """Raises NotElected, BusLost, psycopg errors. Returns when another pump has begun later, or the key has changed."""
        self._listener = Listener(
            self._url, name="pump", before=partial(self._be_elected, anyway=anyway)
        )
        asked = await self._bus.subscribe(self._key.missed, self._answer)
        try:
            async with _session(self._url, "pump reads") as reading:
                await first_of(
                    listen=self._listen(reading),
                    read=self._read(reading),
                    beat=self._beat(),
                    newer=self._until_newer(),
                )
        finally:
            await self._bus.unsubscribe(asked)

    async def _be_elected(self, connection: Connection, *, anyway: bool) -> None:
        await elect(connection, anyway=anyway)
        answer = await connection.execute(
            "select (extract(epoch from clock_timestamp()) * 1000)::bigint"
        )
        ((now,),) = await answer.fetchall()
        self._term = max(self._term + 1, now)
        self._elected.set()

    async def _until_newer(self) -> None:
        await self._elected.wait()
        while self._beats.term <= self._term:
            await self._beats.next()
        log.warning("another pump has begun later: this one waits")

    async def _listen(self, reading: Connection) -> None:
        # With the turn its session ends, which has the lock.
        async with aclosing(self._listener.wakeups()) as wakeups:
            async for wakeup in wakeups:
                match wakeup:
                    case Resync(fresh=True):
                        log.info("this pump is elected")
                    case Resync():
                        self.key_changed = await read_key(reading) != self._key
                        if self.key_changed:
                            return
                    case RoomChanged(room=room, seq=seq):
                        await self._forward(payload_of(wakeup))
                        self._to_read[room] = min(seq, self._to_read.get(room, seq))
                        if len(self._to_read) > MOST_WAITING:
                            # Relays read everything again when they hear of a new term, as if another pump had begun.
                            self._term += 1
                            self._to_read.clear()
                        self._work.set()
                    case NodeAssigned():
                        pass  # for media nodes, which LISTEN
                    case HallwayChanged() | Page():
                        pass  # of no LISTEN
                    case _:
                        await self._forward(payload_of(wakeup))

    async def _forward(self, payload: str) -> None:
        sealed = self._key.seal(NOTIFICATION, payload.encode())
        await self._bus.publish(self._key.notifications, sealed)

    async def _read(self, reading: Connection) -> None:
        largest = min(LARGEST, self._bus.largest // 2)
        while True:
            await self._work.wait()
            self._work.clear()
            rooms = list(self._to_read)[:MOST_AT_ONCE]
            positions = {room: self._after(room, self._to_read.pop(room)) for room in rooms}
            if self._to_read:
                self._work.set()
            found = False
            while positions:
                self._reading_since = time.monotonic()
                read = await read_logs(reading, positions)
                self._reading_since = None
                positions = {}
                for room, rows in read:
                    if self._is_known(room, rows):
                        continue
                    for page in pages_of(room, rows, largest):
                        await self._publish(page)
                    found = True
                    if page.head < rows[0].head_seq:
                        positions[room] = page.head
            if not found:
                await self._fruitless.turn()

    def _after(self, room: RoomId, seq: int) -> int:
        """The position in the room's log up to which it was published; for a room that was not, the one before this event."""
        known = self._memory.end_of(room)
        return seq - 1 if known is None else known[1]

    def _is_known(self, room: RoomId, rows: Sequence[Any]) -> bool:
        """Whether these rows say nothing new."""
        known = self._memory.end_of(room)
        return rows[0].seq is None and (known is None or known[0] == rows[0].epoch)

    async def _publish(self, page: Page) -> None:
        sealed = self._key.seal(PAGE, page_body(page))
        self._memory.add(page, sealed)
        self._changed.pop(page.room, None)
        self._changed[page.room] = page.epoch, page.head
        await self._bus.publish(self._key.room(page.room), sealed)

    async def _answer(self, message: Msg) -> None:
        if not self._listener.listening:
            return
        try:
            kind, body = self._key.open(message.data)
            if kind == MISSED and message.reply:
                found = self._memory.find(read_missed(body))
                await self._bus.publish(message.reply, found or b"")
        except (ValueError, BusLost) as error:
            log.debug("a request was not answered: %s", error)

    async def _beat(self) -> None:
        """Beat while notifications arrive and are read. A beat says where logs ended one beat ago: those pages have arrived, or are lost."""
        ended: dict[RoomId, tuple[int, int]] = {}
        for number in count(1):
            ended, before = self._changed, ended
            self._changed = {}
            if self._listener.listening and not self._is_stuck():
                heads = tuple((room, *end) for room, end in [*before.items()][-MOST_HEADS:])
                sealed = self._key.seal(BEAT, beat_body(Beat(self._term, number, heads)))
                await self._bus.publish(self._key.beats, sealed)
            await asyncio.sleep(BEAT_EVERY)

    def _is_stuck(self) -> bool:
        since = self._reading_since
        return since is not None and time.monotonic() - since > READS_WITHIN


@asynccontextmanager
async def _session(url: str, name: str) -> AsyncIterator[Connection]:
    """A session with the relay's rights, until the block ends."""
    session = await Session.connect(
        url, autocommit=True, application_name=f"roomtone {name}", **LOST_AFTER
    )
    async with session:
        await become_relay(session)
        yield session
