"""The log: no gaps, commit order, one notification per room, and an open transaction blocks no other."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest
from roomtone.tools.database_server import OPERATOR

from ..conftest import Connect
from ..patience import PATIENCE
from ..people import Psql, notified


def payloads(psql: Psql) -> list[dict[str, int]]:
    """What rang since LISTEN, after everything that was committed before now."""
    return [json.loads(payload) for payload in notified(psql.connection)]


def test_forty_joins_at_once_leave_forty_events_without_a_gap(
    psql: Psql, connect: Connect, database_url: str
) -> None:
    room = psql.room("rick")
    people = [psql.person(f"person {n}") for n in range(40)]
    start = Barrier(40)

    def join(person: int) -> None:
        with psycopg.connect(database_url, **OPERATOR) as connection:
            start.wait(PATIENCE)
            connection.execute(
                "insert into participants (room_id, user_id) values (%s, %s)", (room, person)
            )

    with ThreadPoolExecutor(40) as pool:
        list(pool.map(join, people))
    seqs = [
        seq for (seq,) in psql.all("select seq from events where room_id = %s order by seq", room)
    ]
    assert seqs == list(range(1, 42))  # the room itself, and forty people
    assert psql.all("select committed_at from events order by seq") == psql.all(
        "select committed_at from events order by committed_at"
    )
    assert sorted(seq for (seq,) in psql.all("select seq from participants")) == seqs[1:]


def test_an_open_transaction_blocks_no_other_and_is_logged_at_commit(
    psql: Psql, connect: Connect
) -> None:
    room = psql.room("rick")
    psql.person("slow")
    slow = Psql(connect(autocommit=False))
    slow.seat(room, "slow")
    psql.run("set statement_timeout = '60s'")
    psql.seat(room, "quick")
    assert psql.roster(room) == ["quick"]
    slow.connection.commit()
    assert psql.roster(room) == ["quick", "slow"]
    assert psql.all("select seq from events order by seq") == [(1,), (2,), (3,)]


def test_a_rolled_back_join_leaves_no_gap(psql: Psql, connect: Connect) -> None:
    room = psql.room("rick")
    undecided = Psql(connect(autocommit=False))
    psql.person("undecided")
    undecided.seat(room, "undecided")
    undecided.connection.rollback()
    psql.seat(room, "anna")
    assert psql.all("select seq from events order by seq") == [(1,), (2,)]


def test_a_transaction_notifies_once_per_room(psql: Psql, connect: Connect) -> None:
    one, other = psql.room("rick"), psql.room("rick")
    writer = Psql(connect(autocommit=False))
    people = [psql.person(name) for name in ("anna", "bo", "cleo")]
    psql.run("listen roomtone")
    for room in (one, other):
        for person in people:
            writer.run("insert into participants (room_id, user_id) values (%s, %s)", room, person)
    writer.connection.commit()
    assert payloads(psql) == [
        {"room": one, "seq": 2, "hallway": 2},
        {"room": other, "seq": 2, "hallway": 2},
    ]


def test_a_transaction_notifies_once_per_room_whatever_it_writes(
    psql: Psql, connect: Connect
) -> None:
    room = psql.room("rick")
    rick = psql.seat(room, "rick")
    writer = Psql(connect(autocommit=False))
    psql.run("listen roomtone")
    psql.person("anna")
    writer.seat(room, "anna")
    writer.run("update participants set muted = false where room_id = %s and role = 'HOST'", room)
    writer.act_as("anna").signal(room, rick, "bye")
    writer.connection.commit()
    assert payloads(psql) == [{"room": room, "seq": 3, "hallway": 3}]
    assert psql.one("select count(*) from events where seq >= 3") == 3
    psql.run("update participants set muted = true where room_id = %s and role = 'HOST'", room)
    assert payloads(psql) == [{"room": room, "seq": 6, "hallway": 6}]


def test_a_transaction_that_first_changes_the_row_of_the_log_notifies_of_its_own_event(
    psql: Psql, connect: Connect
) -> None:
    room = psql.room("rick")
    psql.seat(room, "rick")
    psql.run("update events set committed_at = committed_at - interval '2 hours'")
    writer = Psql(connect(autocommit=False))
    psql.run("listen roomtone")
    assert writer.one("select relay_delete_old_rows('1 hour', 1000)") == 2
    writer.run("update rooms set name = 'Tea' where id = %s", room)
    writer.connection.commit()
    assert payloads(psql) == [{"room": room, "seq": 3, "hallway": 3}]


def test_a_notification_is_a_pointer_without_personal_data(psql: Psql) -> None:
    room = psql.room("rick")
    rick = psql.seat(room, "rick")
    psql.run("listen roomtone")
    psql.seat(room, "anna")
    psql.act_as("anna").signal(room, rick, "offer", {"type": "offer", "sdp": "x" * 20_000})
    for payload in payloads(psql):
        assert set(payload) == {"room", "seq", "hallway"}
        assert all(isinstance(value, int) for value in payload.values())


def test_a_signal_does_not_notify_the_hallway(psql: Psql) -> None:
    room = psql.room("rick")
    rick = psql.seat(room, "rick")
    psql.seat(room, "anna")
    psql.run("listen roomtone")
    psql.act_as("anna").signal(room, rick, "offer")
    assert payloads(psql) == [{"room": room, "seq": 4, "hallway": 3}]


def test_leases_and_heartbeats_notify_nobody(psql: Psql) -> None:
    peer = psql.seat(psql.room("rick"), "anna")
    psql.run("listen roomtone")
    psql.run("select relay_heartbeat('relay-1', 'here')")
    psql.run("select relay_serve_seats('relay-1', %s::uuid[])", [peer])
    psql.run("select relay_release_seats('relay-1', %s::uuid[], '10s')", [peer])
    assert payloads(psql) == []
    assert psql.one("select max(seq) from events") == 2


def test_a_lost_log_begins_a_new_epoch_beyond_the_seats_that_were_kept(psql: Psql) -> None:
    room = psql.room("rick")
    psql.seat(room, "rick")
    epoch = psql.one("select epoch from logs")
    psql.run("truncate logs, events")  # what a crash does to UNLOGGED tables
    psql.seat(room, "anna")
    assert psql.all("select epoch > %s, head_seq, tail_seq from logs", epoch) == [(True, 3, 2)]
    assert psql.roster(room) == ["rick", "anna"]


def test_only_participants_read_the_log_and_without_signals_of_others(psql: Psql) -> None:
    room = psql.room("rick")
    rick = psql.seat(room, "rick")
    psql.seat(room, "bo")
    psql.seat(room, "anna")
    psql.act_as("anna").signal(room, rick, "offer")
    psql.act_as(None)
    epoch = psql.one("select epoch from logs")
    tables = {}
    for name in ("rick", "bo"):
        psql.act_as(name)
        log = psql.one("select room_log(%s, null, %s, 0)", room, epoch)
        tables[name] = [event["table"] for event in log["events"]]
        assert log["cursor"] == f"{epoch}-5"
    assert tables["rick"] == [*tables["bo"], "signals"]
    psql.act_as(None).person("cleo")
    psql.act_as("cleo")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="you are not in this room"):
        psql.one("select room_log(%s, null, %s, 0)", room, epoch)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        psql.count("events")


def test_old_events_are_deleted_and_older_cursors_refused(psql: Psql) -> None:
    room = psql.room("rick")
    psql.seat(room, "rick")
    psql.run("update events set committed_at = now() - interval '2 hours' where seq = 1")
    assert psql.one("select relay_delete_old_rows('1 hour', 100)") == 1
    epoch = psql.one("select epoch from logs")
    psql.act_as("rick")
    assert len(psql.one("select room_log(%s, null, %s, 1)", room, epoch)["events"]) == 1
    with pytest.raises(psycopg.errors.NoDataFound, match="does not reach back"):
        psql.one("select room_log(%s, null, %s, 0)", room, epoch)
