"""A counted room with more raised hands than a snapshot holds, and its numbers in psql."""

from __future__ import annotations

import json

import psycopg
import pytest

from ..conftest import Connect
from ..people import Psql
from .crowds import MANY, check_known, counters, people, roster, small

HANDS = 200
SHOWN = 50  # hands of a snapshot


@pytest.fixture
def arena(psql: Psql) -> int:
    """A counted room in which this many raise a hand, one after the other."""
    room = psql.room("host", "Arena", "moderated")
    psql.seat(room, "host")
    people(psql, HANDS + 1)
    psql.run(MANY, room)
    for number in range(HANDS):
        psql.run(
            "update participants p set hand_raised_at = now() where p.user_id = %s",
            psql.person(f"person {number:03}"),
        )
    assert counters(psql, room) == (HANDS + 2, 1, HANDS, True)
    return room


def test_a_snapshot_has_the_first_hands_and_their_number(psql: Psql, arena: int) -> None:
    person = psql.person("person 120")
    psql.run("update participants set hand_raised_at = null where user_id = %s", person)
    psql.run("update participants set invited_to_speak_at = now() where user_id = %s", person)
    snapshot = psql.act_as("person 199").one("select room_snapshot(%s)", arena)
    assert len(json.dumps(snapshot)) < 64_000
    assert snapshot["hands"] == HANDS - 1
    known = [seat["username"] for seat in snapshot["participants"]]
    first = [f"person {n:03}" for n in range(SHOWN - 1)]
    assert known == ["host", *first, "person 120"]
    # One's own seat is there, and that of somebody with whom one has a connection, wherever they are in the queue.
    assert [seat["username"] for seat in snapshot["seats"]] == ["person 199"]
    rest = psql.all(
        "select place, username from hand_queue where room_id = %s and place > 50 order by place limit 2",
        arena,
    )
    assert rest == [(51, "person 050"), (52, "person 051")]


def test_a_media_node_is_sent_every_hand(psql: Psql, arena: int) -> None:
    psql.node("n", "sfu", 9)
    psql.run("update rooms set topology = 'sfu' where id = %s", arena)
    snapshot = psql.act_as("sfu").one("select room_snapshot(%s)", arena)
    assert len(snapshot["seats"]) == HANDS + 1


def test_hands_beyond_the_first_are_known_again_when_the_roster_is_full(
    psql: Psql, arena: int
) -> None:
    psql.run(
        "delete from participants p where p.room_id = %s and p.user_id in"
        " (select u.id from users u where u.username < 'person 150' and u.username like 'person %%')",
        arena,
    )
    assert roster(psql, arena) == "full"
    made_known = psql.all(
        "select e.record ->> 'username' from events e join logs l using (room_id)"
        " where e.room_id = %s and e.record = e.old_record order by e.seq",
        arena,
    )
    assert made_known == [(f"person {n}",) for n in range(150, 201)]
    check_known(psql, arena, psql.person("host"))


def test_rooms_and_the_hallway_have_their_numbers_at_once_also_within_a_transaction(
    psql: Psql, connect: Connect
) -> None:
    small(psql)
    room = psql.room("host", "Arena", "moderated")
    psql.seat(room, "host")
    people(psql, 6)
    psql.run(MANY, room)
    numbers = (
        "select r.here, r.on_stage from rooms r where r.id = %(room)s"
        " union all select here, on_stage from hallway where id = %(room)s"
    )

    def read(by: Psql) -> list[tuple[int, int]]:
        return by.connection.execute(numbers, {"room": room}).fetchall()

    assert read(psql) == [(7, 1)] * 2
    open_transaction = Psql(connect(autocommit=False))
    open_transaction.seat(room, "new")
    open_transaction.run(
        "delete from participants where user_id in (%s, %s)",
        psql.person("person 001"),
        psql.person("host"),
    )
    assert read(open_transaction) == [(6, 0)] * 2  # the host's seat is kept, and away
    assert read(psql) == [(7, 1)] * 2
    open_transaction.connection.commit()
    assert read(psql) == [(6, 0)] * 2
    psql.run("truncate logs")
    assert read(psql) == [(6, 0)] * 2


def test_the_numbers_are_read_from_the_counters_and_not_counted(psql: Psql) -> None:
    room = psql.room("host")
    psql.seat(room, "host")
    psql.run("update logs set here = 4711 where room_id = %s", room)
    assert psql.one("select r.here from rooms r where r.id = %s", room) == 4711
    assert psql.one("select here from hallway where id = %s", room) == 4711


def test_numbers_of_a_hidden_room_are_not_told_even_for_a_row_that_was_made_up(
    psql: Psql,
) -> None:
    room = psql.room("host", "Secret")
    psql.run("update rooms set access = 'invited' where id = %s", room)
    psql.seat(room, "host")
    made_up = "select here(jsonb_populate_record(null::rooms, jsonb_build_object('id', %s::bigint, 'access', 'open')))"
    assert psql.act_as("host").one(made_up, room) == 1
    psql.act_as(None).person("stranger")
    psql.act_as("stranger")
    assert psql.one(made_up, room) is None
    assert psql.all("select r.here from rooms r where r.id = %s", room) == []
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        psql.one("select counters_of(%s)", room)
