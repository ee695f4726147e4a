"""A peer_id is used by one session only, and its signals are deleted with it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from ..conftest import Connect
from ..patience import PATIENCE
from ..people import Psql, refused, waits_for

SIT = (
    "insert into participants (room_id, user_id, peer_id) values (%s, %s, %s)"
    " on conflict (room_id, user_id) do update set peer_id = excluded.peer_id"
)


@pytest.fixture
def room(psql: Psql) -> int:
    room = psql.room("rick")
    psql.seat(room, "rick")
    return room


def test_a_used_peer_id_cannot_be_used_again(psql: Psql, room: int) -> None:
    elsewhere = psql.room("bo")
    freed = psql.seat(room, "anna")
    psql.act_as("anna").one("select leave_room(%s)", room)
    psql.act_as(None)
    for where in (room, elsewhere):
        for name in ("anna", "bo"):
            with refused("participants_peer_id_is_new"):
                psql.run(SIT, where, psql.person(name), freed)
    psql.seat(room, "bo")
    with refused("participants_peer_id_is_new"):  # nor by joining again
        psql.run(SIT, room, psql.person("bo"), freed)


def test_joining_again_with_the_peer_id_one_has_changes_nothing(psql: Psql, room: int) -> None:
    """The answer to an attempt may be lost, and the attempt repeated."""
    anna, peer = psql.person("anna"), str(uuid4())
    psql.run(SIT, room, anna, peer)
    before = psql.all("select * from roster where user_id = %s", anna)
    psql.run(SIT, room, anna, peer)
    assert psql.all("select * from roster where user_id = %s", anna) == before


def test_of_two_users_with_the_same_peer_id_at_once_one_gets_it(
    psql: Psql, room: int, connect: Connect
) -> None:
    elsewhere, peer = psql.room("bo"), str(uuid4())
    anna, bo = psql.person("anna"), psql.person("bo")
    slow = Psql(connect(autocommit=False))
    slow.run(SIT, room, anna, peer)
    slow.run("delete from participants where peer_id = %s", peer)
    with waits_for(slow, Psql(connect()), SIT, elsewhere, bo, peer) as answer:
        slow.connection.commit()
        with refused("participants_peer_id_is_new"):
            answer.result(PATIENCE)


def test_a_used_peer_id_is_deleted_after_a_day(psql: Psql, room: int) -> None:
    psql.seat(room, "anna")
    psql.act_as("anna").one("select leave_room(%s)", room)
    tidy = "select relay_delete_old_rows(interval '1 hour', 1000)"
    psql.act_as(None).one(tidy)
    assert psql.count("used_peer_ids") == 2
    psql.run("update used_peer_ids set used_at = used_at - interval '25 hours' where true")
    psql.one(tidy)
    assert psql.all("select peer_id from used_peer_ids") == psql.all(
        "select peer_id from participants"
    )


def leave(psql: Psql, room: int) -> None:
    psql.act_as("anna").one("select leave_room(%s)", room)


def expire(psql: Psql, room: int) -> None:
    psql.run(
        "update participants set expires_at = now() - interval '1 second' where room_id = %s and user_id = %s",
        room,
        psql.person("anna"),
    )
    psql.one("select relay_reap_seats('10 minutes')")


def take_over(psql: Psql, room: int) -> None:
    psql.act_as("anna").one("select join_room(%s)", room)


def remove(psql: Psql, room: int) -> None:
    psql.act_as("rick").one("select remove_from_room(%s, 'anna')", room)


def ban(psql: Psql, room: int) -> None:
    psql.act_as("rick").one("select ban_from_room(%s, 'anna')", room)


def end(psql: Psql, room: int) -> None:
    psql.act_as("rick").one("select end_room(%s)", room)


def host_leaves(psql: Psql, room: int) -> None:
    psql.act_as("rick").one("select leave_room(%s)", room)


def sign_out(psql: Psql, room: int) -> None:
    psql.act_as("anna").one("select sign_out()")


@pytest.mark.parametrize(
    "going", [leave, expire, take_over, remove, ban, end, host_leaves, sign_out]
)
def test_signals_are_deleted_with_the_seat(
    psql: Psql, room: int, going: Callable[[Psql, int], None]
) -> None:
    rick = psql.one("select peer_id::text from roster where username = 'rick'")
    anna = psql.seat(room, "anna")
    bo = psql.seat(room, "bo")
    for sender, recipient in (("anna", rick), ("bo", anna), ("bo", rick)):
        psql.act_as(sender).signal(room, recipient, "offer")
    psql.act_as(None)
    gone = rick if going is host_leaves else anna
    going(psql, room)
    psql.act_as(None)
    left = psql.all("select from_peer::text, to_peer::text from signals")
    assert not [pair for pair in left if gone in pair]
    assert len(left) == (0 if going is end else 1)
    assert bo not in [recipient for _, recipient in left]


def test_a_signal_that_commits_after_its_recipient_left_is_refused(
    psql: Psql, room: int, connect: Connect
) -> None:
    anna = psql.seat(room, "anna")
    psql.seat(room, "bo")
    slow = Psql(connect(autocommit=False)).act_as("bo")
    slow.signal(room, anna, "offer")
    psql.act_as("anna").one("select leave_room(%s)", room)
    with refused("signals_recipient_is_seated"):
        slow.connection.commit()
    assert psql.act_as(None).count("signals") == 0
    assert psql.one("select count(*) from events where table_name = 'signals'") == 0


def test_a_bye_in_the_transaction_of_leaving_is_logged_and_not_kept(
    psql: Psql, room: int, connect: Connect
) -> None:
    rick = psql.one("select peer_id::text from roster where username = 'rick'")
    psql.seat(room, "anna")
    anna = Psql(connect(autocommit=False)).act_as("anna")
    anna.signal(room, rick, "bye")
    anna.one("select leave_room(%s)", room)
    anna.connection.commit()
    assert psql.count("signals") == 0
    assert psql.one("select count(*) from events where table_name = 'signals'") == 1


def test_the_next_user_of_a_peer_id_does_not_see_earlier_signals(psql: Psql, room: int) -> None:
    """Not even where both safeguards are missing: what is shown is what was sent to this user, in this room."""
    anna = psql.seat(room, "anna")
    psql.seat(room, "bo")
    psql.act_as("bo").signal(room, anna, "offer", {"type": "offer", "sdp": "192.0.2.77"})
    psql.act_as(None).run("set session_replication_role = replica")
    psql.run("delete from participants where peer_id = %s", anna)
    psql.run("delete from used_peer_ids where true")
    psql.run("reset session_replication_role")
    elsewhere = psql.room("eve")
    for where in (elsewhere, room):
        psql.run(SIT, where, psql.person("eve"), anna)
        assert psql.act_as("eve").one("select room_snapshot(%s) -> 'signals'", where) == []
        psql.act_as(None).run("set session_replication_role = replica")
        psql.run("delete from participants where peer_id = %s", anna)
        psql.run("delete from used_peer_ids where true")
        psql.run("reset session_replication_role")


def test_every_function_that_shows_signals_checks_the_user(psql: Psql) -> None:
    """By user: a peer_id alone says nothing about who holds it."""
    readers = psql.all(
        "select p.proname, pg_get_functiondef(p.oid) ~ 'waiting_signals\\([^,]*, acting_user\\(\\),' from pg_proc p"
        " where p.pronamespace = 'roomtone'::regnamespace and p.prokind = 'f'"
        "   and has_function_privilege('roomtone_person', p.oid, 'execute')"
        "   and pg_get_functiondef(p.oid) ~* '((from|join)\\s+(roomtone\\.)?signals\\M|waiting_signals)'"
    )
    assert readers == [("room_snapshot", True)]
    views = psql.all(
        "select distinct v.relname, pg_get_viewdef(v.oid) ~ 'acting_user\\(\\) = o\\.to_user'"
        " from pg_depend d join pg_rewrite w on w.oid = d.objid join pg_class v on v.oid = w.ev_class"
        " where d.classid = 'pg_rewrite'::regclass and d.refobjid = 'signals'::regclass"
    )
    assert views == [("signal_trace", True)]
