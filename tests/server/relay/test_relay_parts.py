"""A relay's parts by themselves: when a client disconnects, when nothing answers, and when SQL refuses."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from roomtone.log.frame import Frame
from roomtone.log.multimap import Multimap
from roomtone.log.room_log import Arrived, Entry, LogReader, RoomLog
from roomtone.log.subscriber import News
from roomtone.postgres.pools import Database
from roomtone.problem import Problem
from roomtone.relay.club_changes import MOST_IDS, ClubChanges
from roomtone.relay.hallway import Hallway
from roomtone.relay.invitations import Invitations
from roomtone.relay.metrics import Metrics
from roomtone.relay.presence import Presence
from roomtone.relay.recording_files import RecordingFiles
from roomtone.relay.revocations import Revocations
from roomtone.relay.room_logs import NoSuchRoom, RoomLogs
from roomtone.supervision import begin, supervised
from roomtone.types import ClubId, NodeId, PeerId, RoomId, UserId

from ...patience import PATIENCE, comes_true
from ...people import Psql
from ...running import patient

pytestmark = pytest.mark.anyio

ANNA, BO = UserId(1), UserId(2)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, node=NodeId("parts"), settings=patient())
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def logs(database: Database) -> RoomLogs:
    """Without its task: it reads only for `follow`."""
    return RoomLogs(database, Metrics())


class Gate:
    """Delays the reading of heads until it is opened."""

    def __init__(self, logs: RoomLogs, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached, self.open = asyncio.Event(), asyncio.Event()
        self._heads = logs._heads
        monkeypatch.setattr(logs, "_heads", self.heads)

    async def heads(self, rooms: list[RoomId]) -> list[tuple[RoomId, int, int]]:
        self.reached.set()
        await self.open.wait()
        return await self._heads(rooms)


async def follows(logs: RoomLogs, room: int, user: UserId) -> bool:
    """Follow for a moment; whether the room was there."""
    peer = PeerId(str(uuid4()))
    try:
        async with logs.follow(RoomId(room), user, peer, News()):
            return True
    except NoSuchRoom:
        return False


async def test_a_first_subscriber_that_disconnects_leaves_the_others_served(
    logs: RoomLogs, psql: Psql, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, gate = psql.room("rick"), Gate(logs, monkeypatch)
    first = begin(follows(logs, room, ANNA), "first")
    await gate.reached.wait()
    second = begin(follows(logs, room, BO), "second")
    await asyncio.sleep(0)
    first.cancel()
    with suppress(asyncio.CancelledError):
        await first
    gate.open.set()
    assert await second
    assert not await follows(logs, 10**12, ANNA)


async def test_the_log_of_a_room_whose_subscribers_all_disconnected_is_dropped(
    logs: RoomLogs, psql: Psql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roomtone.relay.room_logs.KEPT_WITHOUT_READER", 0.01)
    room, gate = psql.room("rick"), Gate(logs, monkeypatch)
    only = begin(follows(logs, room, ANNA), "only")
    await gate.reached.wait()
    only.cancel()
    gate.open.set()
    async with asyncio.timeout(PATIENCE):
        while logs._opening or logs._rooms:  # noqa: ASYNC110 - nothing signals it
            await asyncio.sleep(0.01)


async def test_a_log_whose_last_reader_leaves_while_its_read_waits_for_a_connection_is_left_out(
    database: Database, logs: RoomLogs, psql: Psql
) -> None:
    left, stays = RoomId(psql.room("rick")), RoomId(psql.room("beth"))
    async with supervised() as tasks, AsyncExitStack() as connections:
        tasks.keep(logs.run, "log reader")
        followed = await logs.open(left, ANNA, PeerId(str(uuid4())), News())
        kept = await logs.open(stays, BO, PeerId(str(uuid4())), News())
        kept.begin()
        for _ in range(database._own.max_size):
            await connections.enter_async_context(database.relay())
        psql.seat(stays, "morty")
        logs.resync()
        await comes_true(lambda: database._own.get_stats()["requests_waiting"])
        logs.close(followed)
        await connections.aclose()
        await comes_true(lambda: any(kept.take()))
        assert not tasks.failures


async def test_a_room_that_began_and_ended_before_the_first_read_is_reported_as_ended(
    database: Database, psql: Psql
) -> None:
    room = psql.room("rick")
    psql.run("update rooms set ended_at = now() where id = %s", room)
    ended = asyncio.Queue[RoomId]()
    hallway = Hallway(database, on_room_ended=ended.put_nowait)
    async with supervised() as tasks:
        tasks.keep(hallway.run, "hallway")
        hallway.resync()
        await hallway.until_filled()
        hallway.notified(RoomId(room), 2)
        async with asyncio.timeout(PATIENCE):
            assert await ended.get() == room


async def test_a_room_that_ends_while_invitations_are_read_is_removed_from_the_list(
    database: Database, psql: Psql, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, anna = psql.room("rick"), UserId(psql.person("anna"))
    psql.act_as("rick").run("select code from invite_to_room(%s, 'anna')", room)
    psql.act_as(None)
    invitations = Invitations(database)
    read = invitations._read
    async with supervised() as tasks:

        async def ends_meanwhile(connection: object, users: set[UserId]) -> None:
            """The room ends when the list with it is on its way already."""
            monkeypatch.setattr(invitations, "_read", read)
            loads = asyncio.get_running_loop()
            loads.call_soon(end)
            await read(connection, users)  # type: ignore[arg-type]

        def end() -> None:
            invitations.room_ended(RoomId(room))
            psql.run("update rooms set ended_at = now() where id = %s", room)

        monkeypatch.setattr(invitations, "_read", ends_meanwhile)
        tasks.keep(invitations.run, "invitations")
        wake = News()
        async with invitations.read(anna, wake) as invitee, asyncio.timeout(PATIENCE):
            assert invitee is not None
            while invitee.all() != "[]":
                await wake.wait()
                wake.clear()


async def test_a_request_that_waits_for_a_hallway_that_is_never_read_is_refused(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roomtone.relay.hallway.FILLED_WITHIN", 0.01)
    with pytest.raises(Problem) as refused:
        await Hallway(database).until_filled()
    assert (refused.value.status, refused.value.rule) == (503, "requests_are_answered_in_time")


async def test_a_request_that_waits_for_a_seat_that_is_never_stamped_is_refused(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roomtone.postgres.lease.STAMPED_WITHIN", 0.01)
    presence = Presence(database, grace=1.0, address="here")
    with pytest.raises(Problem) as refused:
        await presence.follow(PeerId(str(uuid4())))
    assert (refused.value.status, refused.value.rule) == (503, "requests_are_answered_in_time")
    assert not presence._followed


async def test_a_removal_of_files_that_the_database_refuses_is_tried_again_after_a_pause(
    database: Database, psql: Psql, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / f"{uuid4().hex[:8]}-{uuid4()}.ogg").touch()
    psql.run("revoke execute on function relay_deleted_recordings from roomtone_relay")

    def failed() -> list[float]:
        return [r.created for r in caplog.records if "remove_when_notified failed" in r.message]

    try:
        async with supervised() as tasks:
            with caplog.at_level(logging.WARNING):
                RecordingFiles(database, tmp_path).start(tasks)
                await comes_true(lambda: len(failed()) > 3)
        # However late a busy machine is, pauses are between them.
        assert min(later - earlier for earlier, later in pairwise(failed())) > 0.05
    finally:
        psql.run("grant execute on function relay_deleted_recordings to roomtone_relay")


class Unscanned(Multimap[UserId | None, LogReader]):
    """Readers by user, which fails when all are looked through."""

    def values(self) -> Iterator[LogReader]:
        raise AssertionError("all readers were looked through")

    keys = values  # type: ignore[assignment]


async def test_a_directed_event_looks_up_its_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    room_log = RoomLog(RoomId(1), 1, 0)
    monkeypatch.setattr(room_log, "_readers", Unscanned())
    news = {user: News() for user in (ANNA, BO)}
    for user, subscriber in news.items():
        reader = LogReader(room_log, user, PeerId(str(uuid4())), subscriber)
        reader.begin()
        room_log.subscribe(reader)
    room_log.append([Arrived(Entry(1, Frame("signals", "{}")), BO)])
    assert news[BO].is_set()
    assert not news[ANNA].is_set()


async def test_the_hallway_reads_rooms_together_that_change_within_a_moment(
    psql: Psql, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It lets those who are in the rooms go first."""
    rooms = [RoomId(psql.room("rick", name)) for name in ("Tea", "Jazz")]
    hallway, reads = Hallway(database), list[Any]()

    async def read(rooms: Any) -> None:
        reads.append(rooms)

    async with supervised() as tasks:
        tasks.keep(hallway.run, "hallway")
        hallway.resync()
        await hallway.until_filled()
        monkeypatch.setattr(hallway, "_read", read)
        for room in rooms:
            hallway.notified(room, 10**9)
            await asyncio.sleep(0)
        await comes_true(lambda: reads != [])
        assert reads == [rooms]


@pytest.mark.parametrize(("changed", "told"), [(2, [1, 2]), (MOST_IDS + 1, None), (10_000, None)])
async def test_the_changes_of_clubs_are_gathered_in_one_event_of_bounded_size(
    changed: int, told: list[int] | None
) -> None:
    """The notifications can be false."""
    sent: list[Frame] = []
    done = asyncio.Event()

    def send(frame: Frame) -> None:
        sent.append(frame)
        done.set()

    changes = ClubChanges(send)
    for club in range(1, changed + 1):
        changes.notified(ClubId(club))
    async with asyncio.timeout(PATIENCE):
        task = asyncio.create_task(changes.run())
        await done.wait()
    task.cancel()
    assert [(each.event, json.loads(each.data)) for each in sent] == [("clubs", {"clubs": told})]


async def test_a_token_is_signing_out_until_all_its_requests_are_answered_and_no_other_is(
    database: Database,
) -> None:
    revocations = Revocations(database)
    token, other = {"sub": "1", "jti": "a"}, {"sub": "2", "jti": "None"}
    for nameless in ({"sub": "1"}, {"sub": "1", "jti": None}):
        with revocations.signing_out(nameless):
            assert not any(map(revocations.is_signing_out, ({"sub": "2"}, token, other)))
    with ExitStack() as first:
        first.enter_context(revocations.signing_out(token))
        with revocations.signing_out(token):
            assert revocations.is_signing_out(token)
        assert revocations.is_signing_out(token), "the first is not answered yet"
        assert not any(map(revocations.is_signing_out, ({"sub": "2"}, other)))
    assert not revocations.is_signing_out(token)
