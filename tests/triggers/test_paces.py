"""Every table that users can write to has a rate limit and a maximum number of rows."""

from __future__ import annotations

import json
from collections import Counter
from typing import LiteralString

import psycopg
import pytest

from ..conftest import Connect
from ..people import Psql, refused
from ..schema.pace import later

UNPACED = {
    "signals": "has bounds and a pace of its own: tg_signals__guard, tg_signals__log",
    "users": "made by the operator, or by sign_in, sign_in_by_subject and relay_create_passkey, which have a pace for each address",
    **dict.fromkeys(("guests", "co_host_notices"), "one for each acceptance, or co-host"),
    "kept_roles": "one for each seat that expired, until it is over",
    "visits": "one for each user and room, whose seats have a pace; kept for 30 days",
    "recorded_seats": "one for each seat and recording",
    **dict.fromkeys(("paces", "push_occasions"), "one for each user and table, or room and kind"),
    **dict.fromkeys(("logs", "speakers", "calendar_entries"), "one for each room"),
    "events": "one for each row written; kept for an hour and so many of a room",
    "assignments": "one for each room, and for each edge that it needs",
    **dict.fromkeys(("nodes", "mix_receivers", "secrets", "pushes", "lab_lanes"), "by programs"),
    "revoked_tokens": "one for each token, until that expires",
    "openid_sessions": "20 for each user, by relay_begin_openid_session, until their tokens expire",
    **dict.fromkeys(("passkeys", "access_tokens"), "20 for each user, by their function"),
    "passkey_challenges": "200 for each address and 20,000 in all, by begin_passkey_challenge, for five minutes",
    **dict.fromkeys(
        ("topics", "recovery_links", "schema_installs", "roster_sizes", "topology_sizes"),
        "written by the operator alone",
    ),
    "deleted_recordings": "one for each deleted recording; kept for 30 days",
    "database_marks": "one, of the database itself",
    "used_peer_ids": "one for each seat taken; kept for a day",
}
"""Tables without tg_pace, and why each needs none."""

UNBOUNDED = {"reactions": "kept for a minute", "calendar_addresses": "one for each user"}


def functions_of(psql: Psql) -> dict[str, set[str]]:
    """Each table's functions that run before each new row."""
    found = psql.all(
        "select c.relname, coalesce(array_agg(p.proname::text) filter (where p.oid is not null), '{}')"
        " from pg_class c left join (pg_trigger t join pg_proc p on p.oid = t.tgfoid)"
        "   on t.tgrelid = c.oid and not t.tgisinternal and t.tgtype & 7 = 7"  # row, before, insert
        " where c.relnamespace = 'roomtone'::regnamespace and c.relkind in ('r', 'p') group by c.relname"
    )
    return {table: set(functions) for table, functions in found}


def test_every_table_that_users_write_has_a_pace_and_a_bound(psql: Psql) -> None:
    """Written by a statement of theirs, or by a function they call: so all of them, or a reason why not."""
    for table, functions in functions_of(psql).items():
        writable = psql.one(
            "select has_any_column_privilege('roomtone_person', %s::regclass, 'insert')", table
        )
        assert not writable or table not in UNPACED or table == "signals", table
        if table not in UNPACED:
            assert "tg_pace" in functions, f"{table} has no pace"
            bounded = functions & {"tg_limit", f"tg_{table}__limit"}
            assert bounded or table in UNBOUNDED, f"{table} has no bound"


def test_a_new_table_without_a_pace_would_be_noticed(psql: Psql) -> None:
    psql.run("create table wishes (id bigint)")
    psql.run("grant insert on wishes to roomtone_person")
    with pytest.raises(AssertionError, match="wishes has no pace"):
        test_every_table_that_users_write_has_a_pace_and_a_bound(psql)
    psql.run("drop table wishes")


@pytest.fixture
def house(psql: Psql) -> int:
    """A room of rick's, where rick sits; a hundred people, clubs, scheduled rooms and open ones of others."""
    room = psql.room("rick")
    psql.seat(room, "rick")
    psql.run("insert into users (username) select 'u' || n from generate_series(1, 150) n")
    psql.run(
        "insert into clubs (name, owner_id) select 'c' || id, id from users where username ~ '^u'"
    )
    psql.run(
        "insert into rooms (name, host_id) select 'r' || id, id from users where username ~ '^u'"
    )
    psql.run(
        "insert into rooms (name, host_id, starts_at) select 's' || id, id, now() + interval '1 day' from users where username ~ '^u'"
    )
    return room


TOO_FAST: dict[str, tuple[int, LiteralString]] = {
    "rooms_are_rate_limited": (20, "insert into rooms (name) select 'x' from generate_series(1, %s)"),
    "clubs_are_rate_limited": (20, "insert into clubs (name) select gen_random_uuid() from generate_series(1, %s)"),
    "participants_are_rate_limited": (
        200, "select count(*) from (select join_room((select room_id from participants where user_id = acting_user())) from generate_series(1, %s)) x",
    ),
    "bans_are_rate_limited": (
        100, "insert into bans (room_id, user_id) select (select min(id) from rooms), id from users where username ~ '^u' order by id limit %s",
    ),
    "blocks_are_rate_limited": (
        100, "insert into blocks (blocked_id) select id from users where username ~ '^u' order by id limit %s",
    ),
    "reminders_are_rate_limited": (
        60, "insert into reminders (room_id) select id from rooms where opened_at is null order by id limit %s",
    ),
    "invitations_are_rate_limited": (
        60, "insert into invitations (room_id) select (select min(id) from rooms) from generate_series(1, %s)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", TOO_FAST)
def test_nobody_writes_too_fast_and_everybody_may_go_on_later(
    psql: Psql, house: int, rule: str
) -> None:
    most, statement = TOO_FAST[rule]
    psql.act_as("rick").run(statement, most // 2)
    psql.act_as(None).run("update rooms set ended_at = now() where name = 'x'")
    psql.act_as("rick")
    with refused(rule):
        # A quarter more than the limit, because a busy machine gives some of it back meanwhile.
        psql.run(statement.replace(" limit %s", " desc limit %s"), most // 2 + most // 4)
    later(psql, "1 day")
    psql.act_as("rick").run(statement.replace(" limit %s", " desc limit %s"), 1)


BOUNDS: dict[str, tuple[int, str, LiteralString]] = {
    "rooms_are_limited_in_number": (20, "1 hour", "insert into rooms (name) select 'x' from generate_series(1, %s)"),
    "participants_are_limited_in_number": (
        20, "1 minute", "insert into participants (room_id) select id from rooms where opened_at is not null and host_id <> acting_user() order by id limit %s",
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", BOUNDS)
def test_the_number_of_rows_of_a_user_is_limited(psql: Psql, house: int, rule: str) -> None:
    most, time, statement = BOUNDS[rule]
    psql.act_as("rick").run(statement, most - 1)
    later(psql, time)
    psql.act_as("rick")
    with refused(rule):
        psql.run(statement.replace(" limit %s", " desc limit %s"), 2)


def test_a_user_with_the_maximum_of_seats_may_join_again(psql: Psql, house: int) -> None:
    psql.act_as("rick").run(
        "insert into participants (room_id) select id from rooms where opened_at is not null and host_id <> acting_user() order by id limit 19"
    )
    psql.one("select join_room(%s)", house)


def test_the_operator_has_neither_pace_nor_bound(psql: Psql, house: int) -> None:
    rick = psql.person_id("rick")
    psql.run("insert into rooms (name, host_id) select 'x', %s from generate_series(1, 100)", rick)


# signals


@pytest.fixture
def mesh(psql: Psql) -> list[str]:
    """Fifty people in one room of rick's, and anna who came last: everybody's peer_id, hers at the end."""
    room = psql.room("rick")
    psql.run("insert into users (username) select 'p' || n from generate_series(1, 50) n")
    psql.run(
        "insert into participants (room_id, user_id) select %s, id from users where username ~ '^p' order by id",
        room,
    )
    psql.seat(room, "anna")
    return [peer for (peer,) in psql.all("select peer_id::text from participants order by seq")]


OFFER = json.dumps(
    {"type": "offer", "sdp": "v=0\r\n" + "a=candidate-of-an-ordinary-size\r\n" * 180}
)
CANDIDATE = json.dumps({"candidate": "candidate:1 1 udp 2 192.0.2.1 9 typ host " + "x" * 80})
SEND: LiteralString = (
    "insert into signals (room_id, to_peer, kind, body)"
    " select (select min(id) from rooms), to_peer::uuid, %s, %s::jsonb from unnest(%s::text[]) to_peer, generate_series(1, %s)"
)


def test_real_use_meets_no_pace(psql: Psql, mesh: list[str]) -> None:
    """Anna offers to fifty at once with ten candidates each, and does so again a moment later; a node answers fifty."""
    *others, anna = mesh
    psql.act_as("anna")
    psql.run(SEND, "offer", OFFER, others, 1)
    psql.run(SEND, "candidate", CANDIDATE, others, 10)
    psql.run(SEND, "bye", "{}", others, 1)
    psql.act_as(None)
    later(psql, "30 seconds")
    psql.act_as("anna").run(SEND, "offer", OFFER, others, 1)
    psql.run(SEND, "candidate", CANDIDATE, others, 10)
    psql.act_as(None).node("one", "sfu", 1)
    psql.run("update rooms set topology = 'sfu' where true")
    node = str(psql.one("select peer_id from participants where kind = 'sfu'"))
    for number in range(1, 51):
        psql.act_as(f"p{number}").run(SEND, "offer", OFFER, [node], 1)
    psql.act_as("sfu").run(SEND, "answer", OFFER.replace("offer", "answer"), others, 1)
    psql.run(SEND, "candidate", CANDIDATE, others, 30)
    assert anna in mesh


def test_a_signal_has_at_most_64_kib(psql: Psql, mesh: list[str]) -> None:
    body = json.dumps({"candidate": "x" * 65_000})
    psql.act_as("anna").run(SEND, "candidate", body, mesh[:1], 1)
    with refused("signals_body_is_limited"):
        psql.run(SEND, "candidate", json.dumps({"candidate": "x" * 65_600}), mesh[:1], 1)


def test_signals_come_slowly_by_number_and_by_size(psql: Psql, mesh: list[str]) -> None:
    psql.act_as("anna").run(SEND, "candidate", CANDIDATE, mesh[:40], 25)
    with refused("signals_are_rate_limited"):
        psql.run(SEND, "candidate", CANDIDATE, mesh[:40], 10)
    psql.act_as("p1").run(SEND, "candidate", CANDIDATE, mesh[1:2], 1)
    large = json.dumps({"candidate": "x" * 60_000})
    with refused("signals_are_rate_limited"):
        psql.run(SEND, "candidate", large, mesh[1:], 2)
    later(psql, "1 minute")
    psql.act_as("anna").run(SEND, "candidate", CANDIDATE, mesh[:40], 5)


def test_what_waits_for_a_session_is_bounded_by_number_and_by_size(
    psql: Psql, mesh: list[str]
) -> None:
    psql.act_as("anna").run(SEND, "candidate", CANDIDATE, mesh[:1], 400)
    with refused("signals_waiting_are_limited"):
        psql.run(SEND, "candidate", CANDIDATE, mesh[:1], 101)
    later(psql, "1 minute")
    psql.act_as("anna")
    with refused("signals_waiting_are_limited"):
        psql.run(SEND, "candidate", json.dumps({"candidate": "x" * 60_000}), mesh[1:2], 10)


def test_a_snapshot_is_bounded_whatever_users_send(
    psql: Psql, mesh: list[str], connect: Connect
) -> None:
    """Fifty who send all they may; the newest arrive."""
    anna = mesh[-1]
    large = json.dumps({"candidate": "x" * 60_000})
    for number in range(1, 51):
        psql.act_as(f"p{number}").run(SEND, "candidate", large, [anna], 8)
    psql.run(SEND, "candidate", json.dumps({"candidate": "the last"}), [anna], 1)
    found = psql.act_as("anna").one("select room_snapshot(id) from rooms")
    assert len(json.dumps(found)) < 1_300_000
    assert 10 < len(found["signals"]) < 20
    assert found["signals"][-1]["body"] == {"candidate": "the last"}


def test_many_senders_push_out_no_signals_of_another(psql: Psql, mesh: list[str]) -> None:
    """Four users send anna all they may, after a fifth has sent her twenty candidates."""
    anna, p1 = mesh[-1], mesh[0]
    psql.act_as("anna").run(SEND, "offer", OFFER, [p1], 1)
    psql.act_as("p1").run(SEND, "answer", OFFER.replace("offer", "answer"), [anna], 1)
    psql.act_as("p5").run(SEND, "candidate", CANDIDATE, [anna], 20)
    long = json.dumps({"candidate": "x" * 900})
    for name in ("p1", "p2", "p3", "p4"):
        psql.act_as(name).run(SEND, "candidate", long, [anna], 450)
    snapshot = "select room_snapshot(id) -> 'signals' from rooms"
    shown = psql.act_as("anna").one(snapshot)
    by_sender = Counter(signal["from_user"] for signal in shown)
    assert by_sender.pop(psql.person_id("p5")) == 20
    assert len(by_sender) == 4
    assert max(by_sender.values()) - min(by_sender.values()) <= 1
    assert len(json.dumps(shown)) < 1_300_000
    psql.act_as(None).run("select relay_delete_old_rows(interval '1 hour', 100000)")
    answer = 1  # not in the snapshot, and kept because it decides who may offer next
    assert psql.one("select count(*) from signals where to_peer = %s", anna) == len(shown) + answer
    assert psql.act_as("anna").one(snapshot) == shown
    psql.act_as("p1").run(SEND, "offer", OFFER, [anna], 1)


def test_old_signals_are_deleted_after_minutes_and_the_rules_still_hold(
    psql: Psql, mesh: list[str]
) -> None:
    first, *_, anna = mesh
    for _ in range(3):
        psql.act_as("anna").run(SEND, "offer", OFFER, [first], 1)
        psql.run(SEND, "candidate", CANDIDATE, [first], 10)
        psql.act_as("p1").run(SEND, "answer", OFFER.replace("offer", "answer"), [anna], 1)
    psql.act_as(None).run(
        "update signals set created_at = created_at - interval '6 minutes' where true"
    )
    psql.run("select relay_delete_old_rows(interval '1 hour', 1000)")
    assert psql.all("select kind from signals order by id") == [("offer",), ("answer",)]
    psql.act_as("p1").run(SEND, "offer", OFFER, [anna], 1)  # once answered, either side may
    with refused("signals_answer_has_offer"):
        psql.run(SEND, "answer", OFFER.replace("offer", "answer"), [anna], 1)


def test_an_insert_that_is_refused_costs_nothing(psql: Psql, mesh: list[str]) -> None:
    psql.act_as("anna")
    for _ in range(3):
        with pytest.raises(psycopg.errors.CheckViolation):
            psql.run(SEND, "candidate", CANDIDATE, mesh[:40], 40)
    psql.run(SEND, "candidate", CANDIDATE, mesh[:40], 25)
