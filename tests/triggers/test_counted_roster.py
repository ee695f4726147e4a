"""Rooms with many seats: their roster is counted, and the counters equal a count in every state."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from psycopg import sql
from roomtone.media.signaling.client import Frame
from roomtone.media.signaling.events import event_of, seat_of
from roomtone.media.signaling.room_state import RoomState
from roomtone.tools.database_server import OPERATOR
from roomtone.types import UserId

from ..conftest import Connect
from ..people import Psql, refused

MANY = "insert into participants (room_id, user_id) select %s, u.id from users u where u.username like 'person %%' order by u.id"

CHECKED = """
    select r.id, (l.here, l.on_stage, l.hands) = (c.here, c.on_stage, c.hands), (r.roster = 'counted') = l.counted
    from rooms r join logs l on l.room_id = r.id cross join seat_counts(r.id) c
"""


def people(psql: Psql, number: int) -> list[int]:
    return [psql.person(f"person {n:03}") for n in range(number)]


def small(psql: Psql, counted_above: int = 4, full_below: int = 3) -> None:
    psql.run(
        "insert into roster_sizes (counted_above, full_below) values (%s, %s)",
        counted_above,
        full_below,
    )


def roster(psql: Psql, room: int) -> str:
    return str(psql.one("select roster from rooms where id = %s", room))


def counters(psql: Psql, room: int) -> Any:
    return psql.all("select here, on_stage, hands, counted from logs l where l.room_id = %s", room)[
        0
    ]


def events(psql: Psql, room: int, after: int = 0) -> list[tuple[Any, ...]]:
    """Table, type and name of each event with its recipient's name."""
    return psql.all(
        "select e.table_name, e.type, coalesce(e.record, e.old_record) ->> 'username', u.username"
        " from events e left join users u on u.id = e.recipient where e.room_id = %s and e.seq > %s order by e.seq",
        room,
        after,
    )


def head(psql: Psql, room: int) -> int:
    return int(psql.one("select head_seq from logs where room_id = %s", room))


def known_after_the_log(psql: Psql, room: int, user: int) -> RoomState:
    """What this user's session knows who has read the room's log from its beginning."""
    state = RoomState(own=UserId(user))
    for seq, table, kind, record, old, recipient in psql.all(
        "select seq, table_name, type, record, old_record, recipient from events where room_id = %s order by seq",
        room,
    ):
        data = {"seq": seq, "table": table, "type": kind, "record": record, "old_record": old}
        if recipient in (None, user):
            event = event_of(Frame(table, {**data, "recipient": recipient}))
            assert event is not None
            state = state.after(event)
    return state


def check_known(psql: Psql, room: int, user: int) -> None:
    """Everything that this user has learned from the log is as the seats are, and nothing is missing that they must know."""
    state = known_after_the_log(psql, room, user)
    records = [
        r
        for (r,) in psql.all("select seat_record(p) from participants p where p.room_id = %s", room)
    ]
    seats = {seat.user: seat for seat in map(seat_of, records)}
    if state.counted:
        assert set(state.seats) == {u for u, s in seats.items() if not s.is_quiet or u == user}
    else:
        assert set(state.seats) == set(seats)
    for who, seat in state.seats.items():
        assert seat.record == seats[who].record


def test_a_room_turns_to_counted_above_100_seats_and_to_full_below_60(psql: Psql) -> None:
    room = psql.room("host", stage="moderated")
    psql.seat(room, "host")
    people(psql, 100)
    psql.run(MANY + " limit 99", room)
    assert roster(psql, room) == "full"
    before = head(psql, room)
    psql.run(MANY + " offset 99", room)
    assert roster(psql, room) == "counted"
    assert counters(psql, room) == (101, 1, 0, True)
    assert events(psql, room, before) == [
        ("participants", "INSERT", "person 099", None),
        ("rooms", "UPDATE", None, None),
    ]
    assert psql.all("select here, on_stage from hallway where id = %s", room) == [(101, 1)]
    leaving = "delete from participants p where p.room_id = %s and p.user_id in (select u.id from users u where u.username like 'person %%' order by u.id offset %s)"
    psql.run(leaving, room, 59)
    assert (roster(psql, room), counters(psql, room)) == ("counted", (60, 1, 0, True))
    before = head(psql, room)
    psql.run(leaving, room, 58)
    assert (roster(psql, room), counters(psql, room)) == ("full", (59, 1, 0, False))
    assert events(psql, room, before) == [
        ("participants", "DELETE", "person 058", "person 058"),
        ("rooms", "UPDATE", None, None),
        *(("participants", "UPDATE", f"person {n:03}", None) for n in range(58)),
    ]
    check_known(psql, room, psql.person("host"))


def test_in_a_counted_room_only_the_user_learns_of_a_quiet_seat(psql: Psql) -> None:
    small(psql)
    room = psql.room("host", stage="moderated")
    psql.seat(room, "host")
    people(psql, 6)
    psql.run(MANY, room)
    before = head(psql, room)
    psql.seat(room, "late")
    late = psql.person("late")
    psql.run("update participants set peer_id = gen_random_uuid() where user_id = %s", late)
    psql.run("update participants set hand_raised_at = now() where user_id = %s", late)
    psql.run("update participants set hand_raised_at = null where user_id = %s", late)
    psql.run("update participants set invited_to_speak_at = now() where user_id = %s", late)
    psql.run("update participants set role = 'SPEAKER' where user_id = %s", late)
    psql.run("update participants set role = 'AUDIENCE' where user_id = %s", late)
    psql.run("delete from participants where user_id = %s", late)
    found = events(psql, room, before)
    assert [event[:3] for event in found] == [
        ("participants", "INSERT", "late"),
        *[("participants", "UPDATE", "late")] * 6,
        ("participants", "DELETE", "late"),
    ]
    assert [event[3] for event in found] == ["late", "late", *[None] * 5, "late"]
    check_known(psql, room, psql.person("host"))
    check_known(psql, room, psql.person("person 000"))


def test_the_last_of_a_crowd_end_with_the_room(psql: Psql) -> None:
    small(psql)
    room = psql.room("host", stage="moderated")
    psql.seat(room, "host")
    people(psql, 6)
    psql.run(MANY, room)
    psql.run("update rooms set ended_at = now() where id = %s", room)
    assert roster(psql, room) == "counted"
    assert counters(psql, room) == (0, 0, 0, True)
    assert psql.one("select count(distinct recipient) from events where reason = 'room ended'") == 6


def test_the_log_that_begins_after_a_crash_counts_the_seats_also_those_of_its_own_transaction(
    psql: Psql, connect: Connect
) -> None:
    small(psql)
    room = psql.room("host", stage="moderated")
    psql.seat(room, "host")
    first, *_, last = people(psql, 6)
    psql.run(MANY, room)
    psql.run("truncate logs, events, signals")
    assert psql.all("select here, on_stage from hallway where id = %s", room) == [(7, 1)]
    slow = Psql(connect(autocommit=False))
    slow.run("delete from participants where user_id in (%s, %s)", first, last)
    slow.seat(room, "new")
    slow.run("update participants set hand_raised_at = now() where user_id = %s", first + 1)
    slow.connection.commit()
    assert counters(psql, room) == (6, 1, 1, True)
    psql.seat(room, "newer")
    assert counters(psql, room) == (7, 1, 1, True)
    psql.run("truncate logs, events, signals")
    psql.run("select relay_logs(%s)", [room])
    assert counters(psql, room) == (7, 1, 1, True)


def test_a_locked_room_is_not_waited_for_and_turns_when_its_lock_ends(
    psql: Psql, connect: Connect
) -> None:
    small(psql)
    room = psql.room("host", stage="moderated")
    psql.seat(room, "host")
    people(psql, 6)
    slow = Psql(connect(autocommit=False))
    slow.run("update rooms set name = 'Renamed' where id = %s", room)
    psql.run("set lock_timeout = '2s'")
    psql.run(MANY, room)
    assert roster(psql, room) == "full"
    slow.connection.commit()
    assert roster(psql, room) == "counted"
    check_known(psql, room, psql.person("host"))


def test_only_the_database_sets_the_roster(psql: Psql) -> None:
    room = psql.room("host")
    with refused("rooms_roster_follows_the_seats"):
        psql.run("update rooms set roster = 'counted' where id = %s", room)
    psql.act_as("host")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        psql.run("update rooms set roster = 'counted' where id = %s", room)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        psql.run("insert into rooms (name, roster) values ('Crowd', 'counted')")


def test_in_a_counted_mesh_the_audience_offers_and_the_stage_learns_its_seat(psql: Psql) -> None:
    small(psql)
    room = psql.room("host", stage="moderated")
    psql.seat(room, "host")
    people(psql, 6)
    psql.run(MANY, room)
    speaker = psql.seat(room, "speaker", "SPEAKER")
    psql.act_as("person 001").signal(room, speaker, "offer")  # was there before the speaker
    psql.act_as(None)
    offer = psql.one("select record from events where table_name = 'signals'")
    assert offer["seat"]["username"] == "person 001"
    assert psql.one("select record ? 'seat' from events where table_name = 'signals'")
    psql.act_as("speaker")
    mine = psql.one(
        "select peer_id::text from participants where user_id = %s", psql.person_id("person 001")
    )
    psql.signal(room, mine, "answer")
    snapshot = psql.one("select room_snapshot(%s)", room)
    assert [seat["username"] for seat in snapshot["seats"]] == ["person 001", "speaker"]
    assert {seat["username"] for seat in snapshot["participants"]} == {"host", "speaker"}
    psql.act_as(None)
    before = head(psql, room)
    psql.run("delete from participants where user_id = %s", psql.person("person 001"))
    assert events(psql, room, before) == [
        ("participants", "DELETE", "person 001", "person 001"),
        ("participants", "DELETE", "person 001", "speaker"),
    ]


@pytest.mark.parametrize(("seed", "crashes"), [(0, False), (1, False), (2, True)])
def test_the_counters_equal_a_count_whatever_happens_at_the_same_time(
    psql: Psql, database_url: str, seed: int, crashes: bool
) -> None:
    """Joins, leaves, new sessions, roles, hands, changes of rooms, transactions that are undone, and a crash."""
    small(psql, 8, 5)
    rooms = [psql.room("host", f"Room {n}", "moderated") for n in range(3)]
    for room in rooms:
        psql.seat(room, "host")
    users = people(psql, 24)
    stop = threading.Event()

    def work(number: int) -> int:
        """One room and one user in each transaction, or several of one's own, so that no two wait for each other's seats."""
        chance, done, own = random.Random(seed * 100 + number), 0, users[number::5]
        with psycopg.connect(database_url, **OPERATOR) as connection:
            for _ in range(60):
                if stop.is_set():
                    break
                some = chance.choice(([chance.choice(users)], own[: chance.randint(1, 4)]))
                values = {"room": chance.choice(rooms), "users": some}
                with (
                    suppress(psycopg.errors.UniqueViolation, psycopg.errors.CheckViolation),
                    connection.transaction(force_rollback=chance.random() < 0.1),
                ):
                    for statement in chance.sample(CHANGES, chance.choice((1, 1, 2))):
                        connection.execute(statement, values)
                    done += 1
        return done

    with ThreadPoolExecutor(5) as pool:
        working = [pool.submit(work, number) for number in range(5)]
        try:
            for _ in range(40):
                assert all(a and b for _, a, b in psql.all(CHECKED)), psql.all(CHECKED)
            if crashes:
                psql.run("truncate signals, logs, events")
            assert sum(each.result() for each in working) > 100
        finally:
            stop.set()
    psql.run("select relay_logs(%s)", rooms)
    assert [row[1:] for row in psql.all(CHECKED)] == [(True, True)] * 3
    for room in rooms:
        if not crashes:
            check_known(psql, room, psql.person("host"))
        seqs = [
            seq
            for (seq,) in psql.all("select seq from events where room_id = %s order by seq", room)
        ]
        tail, newest = psql.all("select tail_seq, head_seq from logs where room_id = %s", room)[0]
        assert seqs == list(range(tail + 1, newest + 1))
        here, _, _, counted = counters(psql, room)
        assert here >= 5 if counted else here <= 8, (here, counted)


CHANGES = [
    sql.SQL(text)
    for text in (
        "insert into participants (room_id, user_id) select %(room)s, unnest(%(users)s) on conflict do nothing",
        "insert into participants as p (room_id, user_id) select %(room)s, unnest(%(users)s)"
        " on conflict on constraint participants_pkey do update set peer_id = excluded.peer_id",
        "delete from participants where room_id = %(room)s and user_id = any (%(users)s)",
        "update participants set role = 'SPEAKER' where room_id = %(room)s and user_id = any (%(users)s)",
        "update participants set role = 'AUDIENCE' where room_id = %(room)s and user_id = any (%(users)s)",
        "update participants set hand_raised_at = now() where room_id = %(room)s and user_id = any (%(users)s) and role = 'AUDIENCE'",
        "update participants set hand_raised_at = null where room_id = %(room)s and user_id = any (%(users)s)",
        "update rooms set name = 'Room ' || random() where id = %(room)s and %(users)s is not null",
    )
]
