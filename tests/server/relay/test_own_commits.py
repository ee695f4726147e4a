"""What a relay reads of a room's log after it wrote something there itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from roomtone.log.subscriber import News
from roomtone.postgres.pools import Database, opened
from roomtone.relay.metrics import Metrics
from roomtone.relay.room_logs import RoomLogs
from roomtone.supervision import supervised
from roomtone.types import NodeId, PeerId, RoomId, UserId

from ...patience import comes_true
from ...people import Psql
from ...running import patient

pytestmark = pytest.mark.anyio

ANNA = UserId(1)


@pytest.fixture
async def logs(database_url: str) -> AsyncIterator[RoomLogs]:
    """Without its task."""
    own = Database(database_url, node=NodeId("own"), settings=patient())
    async with opened(own) as database:
        yield RoomLogs(database, Metrics())


@asynccontextmanager
async def two_joins_read_now(psql: Psql, logs: RoomLogs, room: RoomId) -> AsyncIterator[None]:
    """The log is followed, and was read after two joins as after the relay's own commit."""
    async with (
        logs.follow(room, ANNA, PeerId(str(uuid4())), News()) as reader,
        supervised() as tasks,
    ):
        reader.begin()
        psql.seat(room, "anna")  # seq 2
        psql.seat(room, "bo")  # seq 3
        logs.read_now(room)
        tasks.keep(logs.run, "log reader")
        await comes_true(lambda: reader.log.head == 3)
        yield


async def test_the_notification_of_what_was_read_after_the_own_commit_causes_no_new_read(
    psql: Psql, logs: RoomLogs
) -> None:
    room = RoomId(psql.room("rick"))
    async with two_joins_read_now(psql, logs, room):
        await comes_true(lambda: room in logs._already_read)
        for seq in (2, 4):
            logs.notified(room, seq)
            assert (room in logs._to_read) == (seq == 4)
            await comes_true(lambda: not logs._to_read)


@pytest.mark.parametrize(
    ("while_reading", "reads"), [([2], 1), ([2, 4], 2), ([4, 2], 2), ([1], 2), ([], 1)]
)
async def test_a_notification_that_comes_while_the_own_commit_is_read_causes_no_new_read(
    while_reading: list[int],
    reads: int,
    psql: Psql,
    logs: RoomLogs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Unless it says another event: a false one hides no other."""
    room = RoomId(psql.room("rick"))
    read = logs._read
    began: list[object] = []

    async def read_while_notified(to_read: Any) -> bool:
        began.append(to_read)
        found = await read(to_read)
        if len(began) == 1:
            for seq in while_reading:
                logs.notified(room, seq)
        return found

    monkeypatch.setattr(logs, "_read", read_while_notified)
    async with two_joins_read_now(psql, logs, room):
        # a second read would have begun in the same step of the loop
        assert len([to_read for to_read in began if to_read]) == reads
