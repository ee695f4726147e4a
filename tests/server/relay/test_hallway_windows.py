"""Which rooms of the hallway a user is sent, and how often."""

from __future__ import annotations

import asyncio
import random

import pytest
from roomtone.relay import hallway_windows
from roomtone.relay.relay import Relay

from ...conftest import Connect
from ...patience import comes_true
from ...people import Psql
from .hallway_follower import club, follower, relay_here

pytestmark = pytest.mark.anyio


def club_room(psql: Psql, club: int, host: str, name: str) -> int:
    statement = "insert into rooms (name, host_id, club_id) values (%s, %s, %s) returning id"
    return int(psql.one(statement, name, psql.person(host), club))


def fill(psql: Psql, room: int, people: int) -> None:
    """So many seats in this room."""
    for number in range(people):
        psql.seat(room, f"guest {number}")


async def test_a_window_has_the_busiest_rooms_and_those_of_ones_own(
    psql: Psql, database_url: str, small: None
) -> None:
    jazz = club(psql, "Jazz", "rick")
    busy = [psql.room(host, "Busy") for host in ("rick", "rick", "eve")]
    for room in busy:
        fill(psql, room, 3)
    quiet, of_club = psql.room("rick", "Quiet"), club_room(psql, jazz, "rick", "Of the club")
    hosted, invited = psql.room("anna", "Anna's"), psql.room("rick", "For the invited")
    private = psql.room("rick", "Private")
    psql.run("update rooms set access = 'invited' where id = %s", private)
    psql.run("insert into blocks (user_id, blocked_id) values (%s, %s)", psql.person("anna"), psql.person("eve"))  # fmt: skip
    async with relay_here(database_url) as relay:
        anna = await follower(relay, psql.person("anna"))
        nobody = await follower(relay, None)
        rick = await follower(relay, psql.person("rick"))
        assert set(nobody.rooms) == {*busy}
        assert set(anna.rooms) == {*busy, hosted}, "a block hides no room"
        assert set(rick.rooms) == {*busy, quiet, of_club, invited, private}

        psql.run("insert into followers (user_id, club_id) values (%s, %s)", psql.person("anna"), jazz)  # fmt: skip
        await comes_true(lambda: of_club in anna.rooms)
        psql.run("update rooms set name = 'Blue' where id = %s", of_club)
        await comes_true(lambda: anna.rooms[of_club]["name"] == "Blue")
        assert not [row for row in nobody.received if row["id"] == of_club]

        psql.act_as("rick").run("select invite_to_room(%s, 'anna')", invited)
        psql.run("select invite_to_room(%s, 'anna')", private)
        psql.act_as(None)
        await comes_true(lambda: {invited, private} <= set(anna.rooms))
        psql.run("delete from invitations")
        psql.run("delete from followers where user_id = %s", psql.person("anna"))
        await comes_true(lambda: set(anna.rooms) == {*busy, hosted})

        psql.run("insert into members (user_id, club_id, role) values (%s, %s, 'MEMBER')", psql.person("anna"), jazz)  # fmt: skip
        await comes_true(lambda: of_club in anna.rooms)
        psql.run("update rooms set ended_at = now() where id = %s", of_club)
        await comes_true(lambda: of_club not in anna.rooms)
        assert set(nobody.rooms) == {*busy}


async def test_a_room_gets_a_place_in_everybodys_window_when_it_is_clearly_busier(
    psql: Psql, database_url: str, small: None
) -> None:
    rooms = [psql.room("rick", f"Room {number}") for number in range(4)]
    for room in rooms:
        fill(psql, room, 2)
    async with relay_here(database_url) as relay:
        bo, rick = await follower(relay, psql.person("bo")), await follower(relay, psql.person("rick"))  # fmt: skip
        [left] = set(rooms) - set(bo.rooms)
        psql.seat(left, "one more")
        await comes_true(lambda: rick.rooms[left]["here"] == 3)
        assert left not in bo.rooms, "one more is not clearly busier"
        psql.seat(left, "yet one more")
        await comes_true(lambda: left in bo.rooms and len(bo.rooms) == 3)
        assert set(rick.rooms) == set(rooms), "a host keeps the room in the window"
        assert not [row for row in rick.received if row.get("hidden")]
        psql.run("update rooms set ended_at = now() where id = %s", left)
        await comes_true(lambda: set(bo.rooms) == set(rooms) - {left})


async def test_a_reader_resumes_by_the_cursor_and_gets_the_changes_of_its_window_only(
    psql: Psql, database_url: str, small: None
) -> None:
    jazz = club(psql, "Jazz", "rick")
    for number in range(3):
        fill(psql, psql.room("rick", f"Busy {number}"), 2)
    of_club = club_room(psql, jazz, "rick", "Of the club")
    psql.run("insert into followers (user_id, club_id) values (%s, %s)", psql.person("anna"), jazz)
    async with relay_here(database_url) as relay:
        first, nobody = await follower(relay, psql.person("anna")), await follower(relay, None)
        at, nobody_at = first.cursor, nobody.cursor
        psql.run("update rooms set name = 'Blue' where id = %s", of_club)
        await comes_true(lambda: first.received)
        later, later_nobody = await follower(relay, psql.person("anna")), await follower(relay, None)  # fmt: skip
        assert later.resume(at)
        assert later_nobody.resume(nobody_at)
        later.advance()
        later_nobody.advance()
        assert [row["name"] for row in later.received] == ["Blue"]
        assert later_nobody.received == []
        assert later.snapshots == later_nobody.snapshots == 0
        # For a user whose changes were not kept, a cursor is too old.
        unknown = await follower(relay, psql.person("dan"))
        assert unknown.resume(nobody_at)
        unknown.advance()
        assert unknown.snapshots == 1


async def test_an_empty_room_leaves_the_hallway_after_a_while_and_comes_back_with_the_first_who_enters(
    psql: Psql, database_url: str
) -> None:
    room, lively = psql.room("rick", "Empty"), psql.room("rick", "Lively")
    psql.seat(lively, "bo")
    planned = int(psql.one("insert into rooms (name, host_id, starts_at) values ('Later', %s, now() + interval '1 day') returning id", psql.person("rick")))  # fmt: skip
    async with relay_here(database_url, hallway_empty_after=0.001) as relay:
        anna, rick = await follower(relay, psql.person("anna")), await follower(relay, psql.person("rick"))  # fmt: skip
        assert set(anna.rooms) == {lively, planned}
        assert set(rick.rooms) == {room, lively, planned}
        psql.seat(room, "eve")
        await comes_true(lambda: room in anna.rooms)
        psql.run("delete from participants where user_id in (%s, %s)", psql.person("eve"), psql.person("bo"))  # fmt: skip
        await comes_true(lambda: set(anna.rooms) == {planned})
        assert set(rick.rooms) == {room, lively, planned}
        assert psql.one("select count(*) from hallway") == 3, "the view shows all"


async def test_of_a_thousand_rooms_a_follower_receives_a_small_window_and_five_rows_a_second(
    psql: Psql, connect: Connect, database_url: str
) -> None:
    rooms, churn = 1000, 400
    jazz = club(psql, "A club with a name of some length", "rick")
    psql.person("anna")
    psql.run("insert into users (username) select 'person number ' || n from generate_series(1, 200) n")  # fmt: skip
    psql.run(
        "insert into rooms (name, host_id, club_id)"
        " select 'A room with a name of some length, number ' || n, %s, case when n %% 5 = 0 then %s end"
        " from generate_series(1, %s) n", psql.person("rick"), jazz, rooms,
    )  # fmt: skip
    psql.run("insert into followers (user_id, club_id) values (%s, %s)", psql.person("anna"), jazz)
    psql.run(
        "insert into participants (room_id, user_id, role) select r.id, u.id, 'SPEAKER' from rooms r"
        " join users u on u.username like 'person number %%' and (u.id + r.id) %% 50 = 0"
        " where r.club_id is not null"
    )
    async with relay_here(database_url) as relay:
        anna, nobody = await follower(relay, psql.person("anna")), await follower(relay, None)
        assert len(nobody.rooms) == hallway_windows.BUSIEST
        assert len(anna.rooms) > hallway_windows.BUSIEST, "also rooms of the club"
        for each in (anna, nobody):
            assert len(each.snapshot.encode()) <= 64_000

        loop = asyncio.get_running_loop()
        began = loop.time()
        await asyncio.to_thread(churn_seats, Psql(connect()), churn)
        await settled(relay)
        await comes_true(lambda: anna.received and nobody.received)
        elapsed = loop.time() - began
        for each in (anna, nobody):
            assert len(each.received) <= 5 * (elapsed + 1)


def churn_seats(psql: Psql, count: int) -> None:
    """So many seats are taken and left, each in a transaction of its own, as fast as the machine can."""
    dice = random.Random(5)
    people = [user for (user,) in psql.all("select id from users where username like 'person%%'")]
    rooms = [room for (room,) in psql.all("select id from rooms where club_id is not null")]
    for _ in range(count // 2):
        room, user = dice.choice(rooms), dice.choice(people)
        psql.run("delete from participants where room_id = %s and user_id = %s", room, user)
        psql.run("insert into participants (room_id, user_id, role) values (%s, %s, 'SPEAKER')", room, user)  # fmt: skip


async def settled(relay: Relay) -> None:
    """Every change was read."""
    await comes_true(lambda: not relay.hallway._changed and not relay.hallway._reading)
