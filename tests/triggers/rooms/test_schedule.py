"""Scheduled rooms, and when they open."""

from __future__ import annotations

from ...conftest import Connect
from ...people import Psql, refused
from .joining import join


def plan(psql: Psql, host: str, when: str = "1 day") -> int:
    """A room that opens in so long; its id."""
    psql.act_as(host)
    room = psql.one(
        "insert into rooms (name, starts_at) values ('Later', now() + %s::interval) returning id",
        when,
    )
    psql.act_as(None)
    return int(room)


def test_a_scheduled_room_waits_for_its_time_and_lets_only_its_host_in(psql: Psql) -> None:
    room = plan(psql, "rick")
    assert psql.all("select scheduled, opened_at from hallway") == [(True, None)]
    with refused("participants_room_has_opened"):
        join(psql, room, "anna")
    join(psql, room, "rick")
    assert psql.one("select opened_at from rooms") is None, "the host looking in opens nothing"
    psql.act_as("anna").run("insert into reminders (room_id) values (%s)", room)
    with refused("rooms_only_the_host_changes_them"):
        psql.one("select open_room(%s)", room)
    assert psql.act_as("rick").one("select opened_at = now() from open_room(%s)", room) is True
    opened = psql.one("select opened_at from rooms")
    assert psql.one("select opened_at from open_room(%s)", room) == opened, "and stays open"
    join(psql, room, "anna")
    assert psql.act_as("anna").count("reminders") == 1
    assert psql.act_as("bo").count("reminders") == 0
    with refused("reminders_are_for_scheduled_rooms"):
        psql.run("insert into reminders (room_id) values (%s)", room)


def test_relays_open_what_is_due_and_nothing_else(psql: Psql, connect: Connect) -> None:
    due, later, gone = (plan(psql, "rick", when) for when in ("1 hour", "2 hours", "1 hour"))
    psql.act_as("rick").one("select end_room(%s)", gone)
    psql.act_as(None)
    assert psql.one("select relay_open_rooms()") == 0
    psql.run("alter table rooms disable trigger _100_guard")  # an hour goes by
    psql.run("update rooms set starts_at = now() where id in (%s, %s)", due, gone)
    psql.run("alter table rooms enable trigger _100_guard")
    assert psql.one("select relay_open_rooms()") == 1
    assert psql.all("select id from rooms where opened_at is not null") == [(due,)]
    assert psql.one("select relay_open_rooms()") == 0
    psql.act_as("rick").run("update rooms set starts_at = null where id = %s", later)
    assert psql.one("select opened_at is not null from rooms where id = %s", later) is True


def test_its_host_alone_edits_a_planned_room_and_its_time_until_it_opens(psql: Psql) -> None:
    room = plan(psql, "rick")
    psql.person("anna")
    psql.act_as("anna")
    edited = "update rooms set name = 'Tea', starts_at = date_trunc('hour', now()) + '2 days' where id = %s"
    assert psql.run(edited, room) == 0
    assert psql.act_as("rick").run(edited, room) == 1
    assert psql.one("select scheduled from hallway where name = 'Tea'") is True
    logged = "select describe_event(e) from events e where room_id = %s order by seq desc limit 1"
    psql.act_as(None).run(
        "update rooms set starts_at = '2100-01-01Z', created_at = '2099-12-31Z' where id = %s", room
    )
    assert psql.one(logged, room).startswith("the room is planned for 2100-01-01 ")
    psql.act_as("rick").one("select open_room(%s)", room)
    with refused("rooms_stay_open"):
        psql.run("update rooms set starts_at = now() + interval '3 days' where id = %s", room)


def test_nothing_is_scheduled_for_the_past_or_later_than_in_a_year(psql: Psql) -> None:
    soon = plan(psql, "rick")
    psql.act_as("rick")
    for moment in ("now() + '2 years'", "'infinity'", "'-infinity'", "'0044-03-15 BC'"):
        for statement in (
            f"insert into rooms (name, starts_at) values ('Later', {moment})",
            f"update rooms set starts_at = {moment} where id = {soon}",
        ):
            with refused("rooms_start_within_a_year"):
                psql.connection.execute(statement.encode())
