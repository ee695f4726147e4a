"""Planned rooms over HTTP for calendar programs: one, a club's, a person's, and a user's own at a secret address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from icalendar import Calendar

from ...people import Psql, refused
from ...running import RunningRelay, run_relay


@dataclass
class World:
    relay: RunningRelay
    psql: Psql
    held: ExitStack

    def client(self, username: str | None = None) -> httpx.Client:
        token = None if username is None else self.relay.token(username)
        return self.held.enter_context(self.relay.client(token))

    def plan(self, host: str, name: str, **columns: object) -> int:
        """A room that this host plans for tomorrow, at an hour at which no clocks change."""
        given = {"name": name, **columns}
        names = ", ".join(given)
        marks = ", ".join(["%s"] * len(given))
        return int(
            self.psql.act_as(host).one(
                f"insert into rooms ({names}, starts_at) values ({marks}, date_trunc('day', now(), 'UTC') + interval '1 day 18 hours') returning id",
                *given.values(),
            )
        )


@pytest.fixture
def world(database_url: str, psql: Psql) -> Iterator[World]:
    for name in ("anna", "bo", "eve"):
        psql.person(name)
    with run_relay(database_url, demo=True, root_path="/talk") as relay, ExitStack() as held:
        yield World(relay, psql, held)


def events(answer: httpx.Response) -> list[Any]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return list(Calendar.from_ical(answer.content).events)


def names(answer: httpx.Response) -> set[str]:
    return {str(event["summary"]) for event in events(answer)}


def test_a_planned_room_is_a_file_whose_changes_arrive(world: World) -> None:
    room = world.plan("anna", "Attic", time_zone="Europe/Berlin")
    anyone = world.client()
    url = f"/rooms/{room}/calendar.ics"
    answer = anyone.get(url)
    (event,) = events(answer)
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert event.start == world.psql.one("select starts_at from rooms")
    assert event["dtstart"].params["TZID"] == "Europe/Berlin"
    assert str(event["url"]) == f"{world.relay.url}/talk/rooms/{room}"
    assert event["sequence"] == 0
    known = {"If-None-Match": answer.headers["etag"]}
    again = anyone.get(url, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert anyone.head(url).headers["etag"] == answer.headers["etag"]

    world.psql.run("update rooms set locked = true")  # which no calendar shows
    assert anyone.get(url, headers=known).status_code == 304
    world.psql.run("update rooms set starts_at = starts_at + interval '1 hour'")
    (moved,) = events(anyone.get(url, headers=known))
    assert moved.start > event.start
    assert moved["sequence"] == 1
    assert str(moved.last_modified) >= str(event.last_modified)
    assert (moved["uid"]) == event["uid"]
    world.psql.one("select end_room(%s)", room)
    (cancelled,) = events(anyone.get(url))
    assert (str(cancelled["status"]), cancelled["sequence"]) == ("CANCELLED", 2)


def test_only_planned_rooms_that_one_may_see_have_a_file(world: World) -> None:
    hidden = world.plan("anna", "Attic", access="invited")
    open_now = world.psql.act_as(None).room("anna")
    eve, anna = world.client("eve"), world.client("anna")
    for room in (hidden, open_now, 999, 10**30):
        answer = eve.get(f"/rooms/{room}/calendar.ics")
        assert (answer.status_code, answer.json()["rule"]) == (404, "calendar_room_is_planned")
    answer = anna.get(f"/rooms/{hidden}/calendar.ics")
    assert names(answer) == {"Attic"}
    assert answer.headers["cache-control"] == "private, no-cache"
    assert "Authorization" in answer.headers["vary"]


def test_clubs_and_people_have_a_calendar_of_what_one_may_see(world: World) -> None:
    club = world.psql.act_as("anna").one("select id from create_club('Jazz', 'Blue notes')")
    world.plan("anna", "Club night", club_id=club)
    world.plan("anna", "Secret", club_id=club, access="invited")
    shared = world.plan("bo", "Shared")
    world.psql.one("select add_co_host(%s, 'anna')", shared)
    old = world.plan("bo", "Long ago")
    world.psql.act_as(None).run("alter table rooms disable trigger user")
    world.psql.run(
        "update rooms set created_at = now() - interval '92 days', starts_at = now() - interval '91 days' where id = %s",
        old,
    )
    world.psql.run("alter table rooms enable trigger user")
    anyone, anna = world.client(), world.client("anna")
    assert names(anyone.get(f"/clubs/{club}/calendar.ics")) == {"Club night"}
    assert names(anna.get(f"/clubs/{club}/calendar.ics")) == {"Club night", "Secret"}
    found = anyone.get("/people/Anna/calendar.ics")
    assert names(found) == {"Club night", "Shared"}
    assert str(Calendar.from_ical(found.content)["x-wr-calname"]) == "anna"
    assert names(anyone.get("/people/bo/calendar.ics")) == {"Shared"}
    assert names(anyone.get("/people/eve/calendar.ics")) == set()
    for path, rule in (("clubs/999", "clubs_is_known"), ("people/none", "users_is_known")):
        answer = anyone.get(f"/{path}/calendar.ics")
        assert (answer.status_code, answer.json()["rule"]) == (404, rule)


def test_a_series_stays_one_event_when_its_next_room_is_planned(world: World) -> None:
    room = world.plan("anna", "Tea", time_zone="Europe/Berlin", repeats="weekly")
    anyone = world.client()
    (before,) = events(anyone.get("/people/anna/calendar.ics"))
    assert before["rrule"]["FREQ"] == ["WEEKLY"]
    world.psql.one("select open_room(%s)", room)
    world.psql.one("select end_room(%s)", room)
    new = world.psql.one("select id from rooms where ended_at is null")
    (after,) = events(anyone.get("/people/anna/calendar.ics"))
    assert (after["uid"], after["dtstart"].dt) == (before["uid"], before["dtstart"].dt)
    assert after["sequence"] > before["sequence"]
    assert str(after["url"]).endswith(f"/rooms/{new}")
    world.psql.one("select end_room(%s)", new)
    (ended,) = events(anyone.get("/people/anna/calendar.ics"))
    assert ended["sequence"] > after["sequence"]
    assert "UNTIL" in ended["rrule"]


def test_a_user_has_a_calendar_of_their_own_at_an_address_that_can_be_renewed(world: World) -> None:
    club = world.psql.act_as("anna").one("select id from create_club('Jazz', 'Blue notes')")
    world.plan("anna", "Of a followed club", club_id=club)
    world.plan("eve", "Of nobody I know")
    reminded = world.plan("eve", "To be reminded of")
    hidden = world.plan("eve", "Where I am a guest", access="invited")
    world.plan("eve", "Where I am not", access="invited")
    shared = world.plan("eve", "With me as co-host")
    world.psql.one("select add_co_host(%s, 'bo')", shared)
    world.psql.act_as(None).run(
        "insert into guests values (%s, %s)", hidden, world.psql.person("bo")
    )
    world.psql.person("cy")
    world.plan("cy", "Of a followed person")
    world.plan("bo", "My own")
    mine = world.psql.act_as("bo")
    mine.run("insert into followers (club_id) values (%s)", club)
    mine.run("insert into reminders (room_id) values (%s)", reminded)
    mine.one("select follow('cy')")
    wanted = {
        *("Of a followed club", "To be reminded of", "Where I am a guest", "With me as co-host"),
        *("Of a followed person", "My own"),
    }
    assert {name for (name,) in mine.all("select name from my_calendar()")} == wanted

    bo, anyone = world.client("bo"), world.client()
    secret = bo.post("/rows/rpc/renew_calendar_address", json={}).json()
    answer = anyone.get(f"/calendars/{secret}.ics")
    assert names(answer) == wanted
    assert answer.headers["cache-control"] == "private, no-cache"
    (row,) = bo.get("/rows/calendar_addresses").json()
    assert row.keys() == {"user_id", "created_at"}
    assert world.client("eve").get("/rows/calendar_addresses").json() == []

    newer = bo.post("/rows/rpc/renew_calendar_address", json={}).json()
    gone = anyone.get(f"/calendars/{secret}.ics")
    assert (gone.status_code, gone.json()["rule"]) == (404, "calendar_addresses_are_known")
    assert names(anyone.get(f"/calendars/{newer}.ics")) == wanted
    assert bo.delete("/rows/calendar_addresses?user_id=gt.0").status_code == 204
    assert anyone.get(f"/calendars/{newer}.ics").status_code == 404


def test_an_address_ends_with_its_user_and_with_their_tokens(world: World) -> None:
    secret = world.psql.act_as("bo").one("select renew_calendar_address()")
    operator = world.psql.act_as(None)
    anyone = world.client()
    url = f"/calendars/{secret}.ics"
    assert names(anyone.get(url)) == set()
    operator.one("select disable_user('bo')")
    assert anyone.get(url).status_code == 404
    operator.one("select enable_user('bo')")
    assert anyone.get(url).status_code == 200
    operator.run(
        "update users set tokens_ended_at = now() + interval '1 second' where username = 'bo'"
    )
    assert anyone.get(url).status_code == 404


def test_programs_and_anonymous_users_make_no_address(world: World) -> None:
    bo = world.client("bo")
    made = bo.post("/session/tokens", json={"name": "OBS", "days": 1}).json()
    program = world.held.enter_context(world.relay.client(made["token"]))
    answer = program.post("/rows/rpc/renew_calendar_address", json={})
    rule = "calendar_addresses_are_not_made_by_programs"
    assert (answer.status_code, answer.json()["rule"]) == (403, rule)
    assert world.client().post("/rows/rpc/renew_calendar_address", json={}).status_code == 401
    with refused("calendar_addresses_have_a_user"):
        world.psql.act_as(None).one("select renew_calendar_address()")
    for _ in range(10):
        world.psql.act_as("bo").one("select renew_calendar_address()")
    with refused("calendar_addresses_are_rate_limited"):
        world.psql.one("select renew_calendar_address()")
