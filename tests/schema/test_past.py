"""What a participant may read of the time before they joined, and that deleted messages are hidden everywhere."""

from __future__ import annotations

from typing import Any

import pytest

from ..conftest import Connect
from ..people import Psql, refused


def room_for_the_invited(psql: Psql, *guests: str) -> int:
    room = psql.room("rick", "Hush")
    psql.run("update rooms set access = 'invited' where id = %s", room)
    for guest in guests:
        psql.run("insert into guests (room_id, user_id) values (%s, %s)", room, psql.person(guest))
    return room


def log(psql: Psql, name: str, room: int) -> list[dict[str, Any]]:
    """All that this person may read of the room's log."""
    epoch = psql.act_as(None).one("select epoch from logs where room_id = %s", room)
    read = psql.act_as(name).one("select room_log(%s, null, %s, 0)", room, epoch)
    psql.act_as(None)
    events: list[dict[str, Any]] = read["events"]
    return events


def seats(events: list[dict[str, Any]]) -> list[str]:
    return [
        (event["record"] or event["old_record"])["username"]
        for event in events
        if event["table"] == "participants"
    ]


def replay(psql: Psql, name: str | None, room: int) -> list[tuple[Any, ...]]:
    rows = psql.act_as(name).all("select what, roster from replay_room(%s)", room)
    psql.act_as(None)
    return rows


# what was taken back


def test_a_deleted_message_is_hidden_in_the_log_replay_and_time_travel(psql: Psql) -> None:
    room = psql.room("rick")
    for name in ("rick", "anna"):
        psql.seat(room, name)
    message = psql.act_as("anna").one("select say(%s, 'my secret')", room)
    psql.one("select say(%s, 'good evening')", room)
    psql.run("delete from messages where id = %s", message)
    psql.act_as(None).seat(room, "late")
    for name in ("rick", "anna", "late"):
        events = log(psql, name, room)
        assert [e["type"] for e in events if e["table"] == "messages"] == ["INSERT", "DELETE"]
        assert "my secret" not in str(events)
        assert "my secret" not in str(replay(psql, name, room))
        snapshot = psql.act_as(name).one("select room_snapshot(%s)", room)
        assert [m["body"] for m in snapshot["messages"]] == ["good evening"]
    lines = [what for what, _ in replay(psql, None, room)]
    assert "anna writes a message that is deleted later" in lines
    assert "my secret" not in str(lines)


def test_a_message_deleted_in_its_own_transaction_is_never_shown(
    psql: Psql, connect: Connect
) -> None:
    room = psql.room("rick")
    psql.seat(room, "rick")
    rick = Psql(connect(autocommit=False)).act_as("rick")
    message = rick.one("select say(%s, 'my secret')", room)
    rick.run("delete from messages where id = %s", message)
    rick.connection.commit()
    assert "my secret" not in str(log(psql, "rick", room))


def test_a_report_keeps_a_message_that_is_deleted_later(psql: Psql) -> None:
    room = psql.room("rick")
    for name in ("rick", "anna"):
        psql.seat(room, name)
    message = psql.act_as("anna").one("select say(%s, 'an insult')", room)
    psql.run("delete from messages where id = %s", message)
    psql.act_as("rick").one("select report(%s, 'anna', 'Rude')", room)
    assert "an insult" in str(psql.act_as(None).one("select log from reports"))


def test_messages_of_a_deleted_user_are_hidden_in_the_log(psql: Psql) -> None:
    room = psql.room("rick")
    for name in ("rick", "anna"):
        psql.seat(room, name)
    psql.act_as("anna").one("select say(%s, 'my secret')", room)
    psql.act_as(None).run("delete from users where username = 'anna'")
    assert "my secret" not in str(log(psql, "rick", room))


# who comes late


def test_in_an_open_room_participants_read_earlier_seats_and_messages(psql: Psql) -> None:
    room = psql.room("rick")
    rick = psql.seat(room, "rick")
    psql.seat(room, "anna")
    psql.act_as("anna").signal(room, rick, "offer")
    psql.one("select say(%s, 'good evening')", room)
    psql.one("select react(%s, '👏')", room)
    psql.act_as(None).seat(room, "late")
    events = log(psql, "late", room)
    assert [e["table"] for e in events] == [
        "rooms", "participants", "participants", "messages", "participants",
    ]  # fmt: skip
    assert replay(psql, "late", room)[2] == ("anna joins as SPEAKER", "rick host, anna")
    moment = psql.one("select committed_at from events where seq = 2")
    at = psql.act_as("late").all("select username from room_at(%s, %s)", room, moment)
    assert at == [("rick",)]


def test_in_a_room_for_invited_users_participants_read_earlier_messages_but_not_seats(
    psql: Psql,
) -> None:
    room = room_for_the_invited(psql, "early", "anna", "late")
    psql.seat(room, "rick")
    psql.seat(room, "early")
    psql.seat(room, "anna")
    psql.act_as("early").one("select say(%s, 'good evening')", room)
    moment = psql.one("select clock_timestamp()")
    psql.one("select leave_room(%s)", room)
    psql.act_as(None).seat(room, "late")
    psql.act_as("anna").one("select mute(%s)", room)
    psql.one("select say(%s, 'welcome')", room)
    psql.act_as(None)
    events = log(psql, "late", room)
    assert seats(events) == ["late"]
    assert [e["record"]["body"] for e in events if e["table"] == "messages"] == [
        "good evening",
        "welcome",
    ]
    assert replay(psql, "late", room) == [
        ("early: good evening", None),
        ("late joins as SPEAKER", "rick host, anna, late"),
        ("anna: welcome", "rick host, anna, late"),
    ]
    for then in (moment, psql.one("select created_at from rooms where id = %s", room)):
        with refused("events_are_still_kept"):
            psql.act_as("late").all("select * from room_at(%s, %s)", room, then)
    now = psql.all("select username from room_at(%s)", room)
    assert now == [("rick",), ("anna",), ("late",)]
    psql.act_as(None)
    # The host could see it all along, and so does anna from when she came.
    assert seats(log(psql, "rick", room)) == ["rick", "early", "anna", "early", "late"]
    assert seats(log(psql, "anna", room)) == ["anna", "early", "late"]


def test_a_room_that_was_opened_to_all_does_not_show_its_earlier_participants(
    psql: Psql,
) -> None:
    room = room_for_the_invited(psql, "early")
    psql.seat(room, "early")
    psql.act_as("early").one("select leave_room(%s)", room)
    psql.act_as(None).run("update rooms set access = 'open' where id = %s", room)
    psql.seat(room, "anna")
    psql.seat(room, "late")
    assert seats(log(psql, "late", room)) == ["anna", "late"]


def test_signals_are_read_by_the_session_they_were_sent_to(psql: Psql) -> None:
    room = psql.room("rick")
    rick = psql.seat(room, "rick")
    psql.seat(room, "anna")
    psql.act_as("anna").signal(room, rick, "offer")
    psql.act_as(None)
    assert "signals" in [e["table"] for e in log(psql, "rick", room)]
    psql.act_as("rick").one("select join_room(%s)", room)
    assert "signals" not in [e["table"] for e in log(psql, "rick", room)]
    assert "offers" not in str(replay(psql, "rick", room))


def test_a_seat_that_is_not_committed_reads_nothing_of_the_time_before(
    psql: Psql, connect: Connect
) -> None:
    room = room_for_the_invited(psql, "early", "late")
    psql.seat(room, "early")
    moment = psql.one("select clock_timestamp()")
    psql.act_as("early").one("select leave_room(%s)", room)
    late = Psql(connect(autocommit=False)).act_as("late")
    late.one("select join_room(%s)", room)
    assert "early" not in str(late.all("select * from replay_room(%s)", room))
    with refused("events_are_still_kept"):
        late.all("select * from room_at(%s, %s)", room, moment)


# one rule


@pytest.mark.parametrize("role", ["roomtone_anon", "roomtone_person"])
def test_every_function_that_shows_events_calls_log_reader(psql: Psql, role: str) -> None:
    readers = psql.all(
        "select p.proname, pg_get_functiondef(p.oid) ~ 'log_reader\\(' from pg_proc p"
        " where p.pronamespace = 'roomtone'::regnamespace and p.prokind = 'f'"
        "   and has_function_privilege(%s, p.oid, 'execute')"
        "   and pg_get_functiondef(p.oid) ~ '\\m(events|seats_after)\\M'"
        " order by 1",
        role,
    )
    expected = [
        ("replay_room", True),
        ("room_at", True),
        ("room_log", True),
        ("undo_removal", False),  # shows only moderators one role, of the last minute
    ]
    assert readers == (expected if role == "roomtone_person" else [])
    assert (
        psql.all(
            "select distinct v.relname from pg_depend d join pg_rewrite w on w.oid = d.objid"
            " join pg_class v on v.oid = w.ev_class"
            " where d.classid = 'pg_rewrite'::regclass and d.refobjid = 'events'::regclass"
        )
        == []
    )
