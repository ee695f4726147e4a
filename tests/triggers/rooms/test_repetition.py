"""Rooms that repeat every week, by the clocks of their planner's time zone."""

from __future__ import annotations

import psycopg
import pytest

from ...people import Psql, refused

BERLIN = "Europe/Berlin"


def plan(psql: Psql, when: str, zone: str = BERLIN, **more: str) -> int:
    """A weekly room of rick's at this local time of the next year that has it; its id."""
    columns = {"name": "Tea", "repeats": "weekly", "time_zone": zone, **more}
    names = ", ".join(columns)
    return int(
        psql.act_as("rick").one(
            f"insert into rooms ({names}, starts_at) values ({', '.join(['%s'] * len(columns))}, %s::timestamp at time zone %s) returning id",
            *columns.values(),
            *(when, zone),
        )
    )


@pytest.mark.parametrize(
    ("zone", "begins", "after", "following"),
    [
        (BERLIN, "2026-10-20 18:00", "2026-10-20 16:00Z", "2026-10-27 17:00Z"),  # 18:00 CET
        (BERLIN, "2026-03-24 18:00", "2026-03-24 17:00Z", "2026-03-31 16:00Z"),  # 18:00 CEST
        ("America/New_York", "2026-10-27 20:30", "2026-10-28 00:30Z", "2026-11-04 01:30Z"),
        ("Asia/Kolkata", "2026-10-20 18:00", "2026-10-20 12:30Z", "2026-10-27 12:30Z"),
        # 02:30 does not exist on 29 March: 03:30 on that day alone.
        (BERLIN, "2026-03-22 02:30", "2026-03-22 01:30Z", "2026-03-29 01:30Z"),
        (BERLIN, "2026-03-22 02:30", "2026-03-29 01:30Z", "2026-04-05 00:30Z"),
        # 02:30 comes twice on 25 October: once.
        (BERLIN, "2026-10-18 02:30", "2026-10-18 00:30Z", "2026-10-25 01:30Z"),
        (BERLIN, "2026-10-18 02:30", "2026-10-25 01:30Z", "2026-11-01 01:30Z"),
        (BERLIN, "2026-10-20 18:00", "2027-04-06 16:00Z", "2027-04-13 16:00Z"),  # much later
        (BERLIN, "2026-10-20 18:00", "2026-10-01 16:00Z", "2026-10-20 16:00Z"),  # before it begins
    ],
)
def test_a_week_later_is_the_same_time_of_day_also_when_clocks_change(
    psql: Psql, zone: str, begins: str, after: str, following: str
) -> None:
    asked = "select next_weekly(%s, %s, %s::timestamptz) = %s::timestamptz"
    assert psql.one(asked, begins, zone, after, following) is True


def test_when_a_weekly_room_ends_the_next_is_planned_with_all_that_belongs_to_it(
    psql: Psql,
) -> None:
    soon = psql.one(
        "select to_char((now() at time zone %s) + '3 days', 'YYYY-MM-DD 18:00')", BERLIN
    )
    room = plan(psql, soon, description="Bring a cup.", stage="moderated", access="invited")
    psql.one("select add_co_host(%s, 'anna')", room)
    for name in ("bo", "eve"):
        psql.act_as(None).run("insert into guests values (%s, %s)", room, psql.person(name))
    psql.act_as("bo").run("insert into reminders (room_id) values (%s)", room)
    psql.act_as("rick").one("select open_room(%s)", room)
    psql.act_as("anna").one("select end_room(%s)", room)
    psql.act_as(None)
    kept = (
        "name, description, stage, access, host_id, co_host_ids, repeats, time_zone, repeats_from"
    )
    new = psql.one("select id from rooms where ended_at is null")
    assert psql.all(f"select {kept} from rooms where id = %s", room) == psql.all(
        f"select {kept} from rooms where id = %s", new
    )
    later = "select (n.starts_at at time zone %s) - (o.starts_at at time zone %s) = '7 days' and n.opened_at is null from rooms n, rooms o where n.id = %s and o.id = %s"
    assert psql.one(later, BERLIN, BERLIN, new, room) is True, "not the one that was opened early"
    assert psql.one("select count(*) from guests where room_id = %s", new) == 2
    assert psql.one("select count(*) from reminders where room_id = %s", new) == 0
    assert psql.act_as("eve").one("select repeats from hallway") == "weekly"


def test_a_reminder_of_a_series_is_one_of_each_of_its_rooms(psql: Psql) -> None:
    room = plan(psql, soon_in(psql))
    for name in ("bo", "eve"):
        psql.act_as(None).person(name)
    psql.act_as("bo").run("insert into reminders (room_id, repeated) values (%s, true)", room)
    psql.act_as("eve").run("insert into reminders (room_id) values (%s)", room)
    psql.act_as("rick").one("select open_room(%s)", room)
    psql.act_as("bo").run("update reminders set seen_at = now()")
    psql.act_as("rick").one("select end_room(%s)", room)
    new = psql.one("select id from rooms where ended_at is null")
    mine = "select room_id, repeated, seen_at from reminders"
    assert psql.act_as("bo").all(mine) == [(new, True, None)]
    assert psql.act_as("eve").all(mine) == [(room, False, None)]
    assert psql.act_as("rick").all(mine) == []
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        psql.act_as("bo").run("update reminders set room_id = %s", room)
    psql.act_as("bo").run("update reminders set repeated = false")
    psql.act_as("rick").one("select open_room(%s)", new)
    psql.one("select end_room(%s)", new)
    assert psql.act_as("bo").all(mine) == [(new, False, None)]


def test_nobody_is_reminded_of_the_next_room_who_may_not_see_it(psql: Psql) -> None:
    for name in ("bo", "eve"):
        psql.person(name)
    room = plan(psql, soon_in(psql))
    for name in ("bo", "eve"):
        psql.act_as(name).run("insert into reminders (room_id, repeated) values (%s, true)", room)
    psql.act_as("rick").run("update rooms set access = 'invited' where id = %s", room)
    psql.act_as(None).run("insert into guests values (%s, %s)", room, psql.person("bo"))
    psql.act_as("rick").one("select open_room(%s)", room)
    psql.one("select end_room(%s)", room)
    assert psql.act_as(None).all("select username from reminders join users on id = user_id") == [
        ("bo",)
    ]


def test_a_cancelled_room_and_one_that_no_longer_repeats_end_the_series(psql: Psql) -> None:
    room = plan(psql, soon_in(psql))
    psql.one("select end_room(%s)", room)
    assert psql.count("hallway") == 0
    room = plan(psql, soon_in(psql))
    psql.one("select open_room(%s)", room)
    psql.run("update rooms set repeats = null where id = %s", room)
    psql.one("select end_room(%s)", room)
    assert psql.count("hallway") == 0


def soon_in(psql: Psql) -> str:
    return str(psql.one("select to_char(now() + interval '2 days', 'YYYY-MM-DD 18:00')"))


def test_nothing_that_refuses_the_next_room_keeps_this_one_from_ending(psql: Psql) -> None:
    club = psql.act_as("rick").one("select id from create_club('Moth')")
    room = plan(psql, soon_in(psql), club_id=str(club))
    psql.one("select add_co_host(%s, 'anna')", room)
    psql.one("select open_room(%s)", room)
    psql.act_as(None).run("update users set disabled_at = now() where username = 'anna'")
    psql.run(
        "insert into rooms (name, host_id) select 'Room', %s from generate_series(1, 25)",
        psql.person("rick"),
    )
    psql.act_as("rick").one("select end_room(%s)", room)
    following = "select id, co_host_ids from rooms where repeats is not null and ended_at is null"
    [(room, co_hosts)] = psql.all(following)
    assert co_hosts == []
    psql.one("select open_room(%s)", room)
    psql.act_as(None).run(
        "insert into members (club_id, user_id, role) values (%s, %s, 'OWNER')",
        club,
        psql.person("bo"),
    )
    psql.act_as("rick").one("select leave_club(%s)", club)
    psql.act_as("rick").one("select end_room(%s)", room)
    assert psql.all(following) == []


def test_how_a_room_repeats_is_checked_and_the_series_begins_anew_with_another_time(
    psql: Psql,
) -> None:
    room = plan(psql, soon_in(psql))
    begun = "select repeats_from = starts_at at time zone time_zone from rooms where id = %s"
    assert psql.one(begun, room) is True
    psql.run("update rooms set starts_at = starts_at + interval '1 hour' where id = %s", room)
    assert psql.one(begun, room) is True
    for change, rule in (
        ("repeats = 'daily'", "rooms_repeats_is_known"),
        ("time_zone = 'Mars/Olympus'", "rooms_time_zone_is_known"),
        ("time_zone = null", "rooms_time_zone_is_known"),
        ("time_zone = repeat('x', 10000)", "rooms_time_zone_is_known"),
        ("starts_at = null", "rooms_repeating_ones_are_planned"),
    ):
        with refused(rule):
            psql.connection.execute(f"update rooms set {change} where id = {room}".encode())
    with refused("rooms_repeating_ones_are_planned"):
        psql.run("insert into rooms (name, repeats, time_zone) values ('Tea', 'weekly', 'UTC')")
