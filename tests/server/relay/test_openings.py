"""What streams need to begin is read for many at once, and for nobody who could not read it alone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from psycopg_pool import PoolClosed
from roomtone.postgres.budget import subject
from roomtone.postgres.pools import Database, opened
from roomtone.postgres.room_events import LogIsLost, Seat, snapshot
from roomtone.problem import Problem
from roomtone.relay.openings import MOST_AT_ONCE, Openings, Wanted
from roomtone.types import NodeId, PeerId, RoomId, UserId

from ...following import follow
from ...patience import PATIENCE
from ...people import Psql
from ...running import RunningRelay, patient

pytestmark = pytest.mark.anyio


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(Database(database_url, node=NodeId("opens"), settings=patient())) as own:
        yield own


def wanted(psql: Psql, room: int, name: str, peer: str | None, token: str | None = None) -> Wanted:
    user = UserId(psql.person_id(name))
    return Wanted(RoomId(room), user, None if peer is None else PeerId(peer), token)


async def test_a_room_whose_log_is_lost_has_no_snapshot_until_it_begins_again(
    psql: Psql, database: Database
) -> None:
    room, other = psql.room("rick", "Tea"), psql.room("rick", "Jazz")
    peer, there = psql.seat(room, "anna"), psql.seat(other, "anna")
    psql.run("truncate logs, events")
    psql.seat(other, "bo")
    openings = Openings(database)
    seat = Seat(RoomId(room), UserId(psql.person_id("anna")), PeerId(peer))
    found = await asyncio.gather(
        openings.snapshots.ask(wanted(psql, room, "anna", peer)),
        openings.snapshots.ask(wanted(psql, other, "anna", there)),
    )
    assert [each is None for each in found] == [True, False]
    with pytest.raises(LogIsLost):
        await snapshot(database, {"sub": str(seat.user)}, seat)


async def test_many_snapshots_take_few_statements_and_are_what_each_user_would_read(
    psql: Psql, database: Database
) -> None:
    names = ["anna", "bo", "cleo", "dan"]
    asked, expected = [], []
    for name in ("Tea", "Jazz"):
        room = psql.room("rick", name)
        peers = {each: psql.seat(room, each) for each in names}
        psql.run(
            "insert into messages (room_id, user_id, body) values (%s, %s, 'hello')",
            room, psql.person_id("bo"),
        )  # fmt: skip
        psql.act_as("bo").signal(room, peers["anna"], "offer")
        psql.act_as("dan").signal(room, peers["anna"], "bye")
        for each in names:
            asked.append(wanted(psql.act_as(None), room, each, peers[each]))
            expected.append(psql.act_as(each).one("select room_snapshot(%s)", room))
        psql.act_as(None)
    openings = Openings(database)
    before = database.counted.statements
    seats = await asyncio.gather(*(openings.seats.ask(one._replace(peer=None)) for one in asked))
    found = await asyncio.gather(*(openings.snapshots.ask(one) for one in asked))
    assert database.counted.statements - before <= 4
    assert seats == [one.peer for one in asked]
    snapshots = [json.loads(one.text) for one in found if one is not None]
    assert snapshots == expected
    assert [len(one["signals"]) for one in snapshots] == [2, 0, 0, 0] * 2
    assert [str(one.cursor) for one in found if one is not None] == [
        one["cursor"] for one in expected
    ]


async def test_nothing_is_returned_to_users_without_the_seat_or_with_a_revoked_token(
    psql: Psql, database: Database
) -> None:
    room, other = psql.room("rick"), psql.room("rick")
    anna, bo = psql.seat(room, "anna"), psql.seat(room, "bo")
    psql.person("cleo")
    psql.run("insert into revoked_tokens (jti, expires_at) values ('gone', now() + '1 h')")
    refused = [
        wanted(psql, room, "cleo", None),
        wanted(psql, room, "anna", bo),
        wanted(psql, room, "anna", str(uuid4())),
        wanted(psql, other, "anna", anna),
        wanted(psql, other, "rick", None),  # a host who is away
        wanted(psql, room, "anna", anna, "gone"),
        wanted(psql, 999, "anna", None),
    ]
    welcome = wanted(psql, room, "anna", anna, "valid")
    openings = Openings(database)
    for ask in (openings.seats.ask, openings.snapshots.ask):
        *none, some = await asyncio.gather(*(ask(one) for one in [*refused, welcome]))
        assert none == [None] * len(refused)
        assert some is not None


async def test_each_subject_is_charged_its_share(psql: Psql, database: Database) -> None:
    one = wanted(psql, psql.room("rick"), "rick", None)
    openings = Openings(database)
    token = subject.set("user 1")
    try:
        await openings.seats.ask(one)
        async with database.place() as account:
            assert account is not None
            account.charge(1_000_000)
        with pytest.raises(Problem, match="used the database"):
            await openings.seats.ask(one)
    finally:
        subject.reset(token)


async def test_when_the_database_does_not_answer_all_who_wait_are_told_at_once(
    psql: Psql, database: Database
) -> None:
    one = wanted(psql, psql.room("rick"), "rick", None)
    openings = Openings(database)
    await database.close()
    asking = [openings.seats.ask(one) for _ in range(3 * MOST_AT_ONCE)]
    async with asyncio.timeout(PATIENCE):
        told = await asyncio.gather(*asking, return_exceptions=True)
    assert {type(each) for each in told} == {PoolClosed}


async def test_streams_open_one_by_one_when_they_cannot_be_read_together(
    psql: Psql, relay: RunningRelay
) -> None:
    room = psql.room("rick")
    psql.seat(room, "anna")
    psql.run("drop function relay_snapshots(bigint[], bigint[], uuid[], text[])")
    async with follow(f"{relay.url}/rooms/{room}/events", relay.token("anna")) as anna:
        first = await anna.until(lambda frame: frame.event == "snapshot")
        assert [each["username"] for each in first.data["participants"]] == ["anna"]


async def test_a_token_that_the_database_cannot_read_lets_all_ask_alone(
    psql: Psql, database: Database
) -> None:
    room = psql.room("rick")
    peer = psql.seat(room, "anna")
    openings = Openings(database)
    asked = (wanted(psql, room, "anna", peer, token) for token in ("a\0b", None))
    answers = await asyncio.gather(*(openings.seats.ask(one) for one in asked))
    assert None in answers  # and nothing was raised
    assert await openings.seats.ask(wanted(psql, room, "anna", peer)) == peer
