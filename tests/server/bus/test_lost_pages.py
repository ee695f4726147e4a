"""Pages that are lost, repeated, late and out of order: every reader receives what the log says, once and in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st
from roomtone.bus.key import BusKey
from roomtone.bus.listener import BusCounts, BusListener
from roomtone.bus.memory import PageMemory
from roomtone.bus.messages import PAGE, Missed, page_body, read_page
from roomtone.bus.pages import pages_of
from roomtone.log.page import LogRow, Page
from roomtone.log.room_log import Arrived, Entry, LogReader, RoomLog, frame
from roomtone.log.subscriber import News
from roomtone.relay.bus_pages import BusPages
from roomtone.types import Cursor, PeerId, RoomId, UserId

ROOM, EPOCH, ANNA, BO = RoomId(7), 5, UserId(1), UserId(2)
KEY = BusKey("secret")


def row(seq: int, recipient: UserId | None) -> Any:
    return SimpleNamespace(
        room_id=ROOM, epoch=EPOCH, head_seq=seq, tail_seq=0, seq=seq, table_name="messages", recipient=recipient,
        seat_user=None, seat_peer=None, seat_reason=None, event=f'{{"seq": {seq}}}', taken_back_seq=None, age=0.0,
        here=2, on_stage=1, counts_seq=seq, counted=False,
    )  # fmt: skip


class World:
    """A relay's log, its database and a pump's memory, without a network."""

    def __init__(self, log: list[Any]) -> None:
        self.log = log
        self.counts = BusCounts()
        self.memory = PageMemory()
        self.room_log = RoomLog(ROOM, EPOCH, 0)
        self.reader = LogReader(self.room_log, ANNA, PeerId("a"), News())
        self.room_log.subscribe(self.reader)
        self.reader.begin()
        self.pages = BusPages(cast(BusListener, self), {ROOM: self.room_log}, self.take, self.read)

    def take(
        self, room_log: RoomLog, rows: list[LogRow], read_at: Callable[[int], datetime]
    ) -> None:
        room_log.append(
            [
                Arrived(
                    Entry(r.seq, frame(Cursor(EPOCH, r.seq), r.table_name, r.event, None)),
                    r.recipient,
                )
                for r in rows
            ]
        )

    def read(self, room: RoomId) -> None:
        """From the database, which has everything."""
        rows = [r for r in self.log if r.seq > self.room_log.head]
        if rows:
            self.take(self.room_log, rows, lambda seq: datetime.now(UTC))

    async def missed(self, room: RoomId, epoch: int, after: int) -> Page | None:
        found = self.memory.find(Missed(room, epoch, after))
        return None if found is None else read_page(KEY.open(found)[1])


@given(st.data())
def test_every_reader_receives_the_log(data: st.DataObject) -> None:
    recipients = data.draw(st.lists(st.sampled_from([None, None, ANNA, BO]), min_size=1))
    log = [row(seq, recipient) for seq, recipient in enumerate(recipients, 1)]
    sizes = data.draw(st.lists(st.integers(1, 4), min_size=len(log), max_size=len(log)))
    messages: list[bytes] = []
    world, at = World(log), 0
    forgets = data.draw(st.booleans())
    for size in sizes:
        for page in pages_of(ROOM, log[at : at + size]) if at < len(log) else ():
            messages.append(KEY.seal(PAGE, page_body(page)))
            if not forgets:
                world.memory.add(page, messages[-1])
        at += size
    arriving = data.draw(st.lists(st.sampled_from(messages), max_size=2 * len(messages)))

    async def arrive() -> None:
        running = asyncio.ensure_future(world.pages.run())
        end = Page(ROOM, EPOCH, len(log), len(log), 0, 0.0, None, ())  # as the next beat says
        for page in (*(read_page(KEY.open(each)[1]) for each in arriving), end):
            world.pages.received(page)
            for _ in range(data.draw(st.integers(0, 3))):
                await asyncio.sleep(0)
        for _ in range(len(log) + 10):
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait([running])

    asyncio.run(arrive())
    assert [each.seq for each in world.reader.take()] == [
        each.seq for each in log if each.recipient in (None, ANNA)
    ]
    assert all(b'"seq": ' not in each for each, r in zip(messages, log, strict=False) if len(messages) == len(log) and r.recipient)  # fmt: skip


def test_the_pump_forgets_a_message_that_is_taken_back() -> None:
    memory = PageMemory()
    said, deleted = row(1, None), row(2, None)
    deleted.taken_back_seq = 1
    for (page,) in (pages_of(ROOM, [said]), pages_of(ROOM, [deleted])):
        memory.add(page, KEY.seal(PAGE, page_body(page)))
    assert memory.find(Missed(ROOM, EPOCH, 0)) is None
    assert memory.find(Missed(ROOM, EPOCH, 1)) is not None
