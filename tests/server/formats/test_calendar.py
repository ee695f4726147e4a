"""Planned rooms as iCalendar, read by the library's parser and by another one (vobject, with dateutil), across changes of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from icalendar import Calendar
from roomtone.formats.calendar import Planned, calendar_of
from roomtone.formats.time_zone import time_zone

from ...people import Psql

BERLIN = "Europe/Berlin"
SITE = "https://talk.example/talk"


def planned(**different: Any) -> Planned:
    columns: dict[str, Any] = {
        "id": 7,
        "name": "Tea",
        "description": None,
        "club": None,
        "host": "anna",
        "co_hosts": [],
        "starts_at": datetime(2026, 10, 20, 16, tzinfo=UTC),
        "time_zone": BERLIN,
        "repeats": None,
        "repeats_from": None,
        "opened_at": None,
        "ended_at": None,
        "series_id": 7,
        "sequence": 0,
        "changed_at": datetime(2026, 10, 1, tzinfo=UTC),
    }
    return Planned(**columns | different)


def text_of(*rooms: Planned) -> str:
    return calendar_of(rooms, name="Jazz", site=SITE).decode()


def weekly(zone: str, local: str, **different: Any) -> Planned:
    """A series that began at this local time."""
    begins = datetime.fromisoformat(local)
    starts = begins.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    columns = {"starts_at": starts, "time_zone": zone, "repeats": "weekly", "repeats_from": begins}
    return planned(**columns | different)


def moments(text: str, most: int = 60) -> list[datetime]:
    """When the event takes place, as vobject and dateutil understand the file by its VTIMEZONE alone."""
    events = vobject.readOne(text).vevent_list
    (main,) = [each for each in events if not hasattr(each, "recurrence_id")]
    moved = {each.recurrence_id.value: each.dtstart.value for each in events if each is not main}
    rules = main.getrruleset(addRDate=True)
    local = islice(rules, most) if rules else [main.dtstart.value]
    return [moved.get(each, each).astimezone(UTC) for each in local]


def test_every_property_survives_folding_and_escaping_in_two_parsers() -> None:
    name = "Tea; with, \\ and 🫖 " + "ö" * 60
    about = "Bring a cup.\n\nBEGIN:VEVENT\nhttps://tea.example"
    room = planned(name=name, description=about + "\rUID:7", club="Jazz", co_hosts=["bo", "cy"])
    raw = calendar_of([room], name="Jazz; club", site=SITE)
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    (event,) = Calendar.from_ical(raw).events
    described = f"{about}\nUID:7\n\nHosted by anna with bo and cy in Jazz.\n\n{SITE}/rooms/7"
    assert (str(event["summary"]), str(event["description"])) == (name, described)
    assert (str(event["uid"]), str(event["url"])) == ("room-7@talk.example/talk", f"{SITE}/rooms/7")
    other = vobject.readOne(raw.decode()).vevent
    assert (other.summary.value, other.description.value) == (name, described)
    assert other.dtstart.value.astimezone(UTC) == room.starts_at
    assert other.duration.value == timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone", "begins"),
    [
        (BERLIN, "2026-10-13 18:00"),
        (BERLIN, "2026-03-22 02:30"),  # left out on 29 March, twice on 25 October
        (BERLIN, "2026-10-18 03:00"),
        ("America/New_York", "2026-10-27 20:30"),
        ("America/New_York", "2026-10-25 01:30"),  # twice on 1 November
        ("Australia/Lord_Howe", "2026-03-29 01:45"),  # clocks change by half an hour
        ("Asia/Kolkata", "2026-10-20 18:00"),
        ("UTC", "2026-10-20 18:00"),
        # Winter time in Ramadan, in years that no newer time zone data changes.
        ("Africa/Casablanca", "2024-01-07 02:30"),
    ],
)
def test_a_series_is_at_the_times_at_which_the_database_plans_it(
    psql: Psql, zone: str, begins: str
) -> None:
    room = weekly(zone, begins)
    text = text_of(room)
    expected = [room.starts_at]
    while len(expected) < 60:
        expected.append(
            psql.one("select next_weekly(%s, %s, %s)", begins, zone, expected[-1]).astimezone(UTC)
        )
    assert moments(text) == expected
    starts: list[Any] = [event.start for event in Calendar.from_ical(text).events]
    assert starts[0].astimezone(UTC) == room.starts_at
    assert {start.astimezone(UTC) for start in starts[1:]} <= {*expected, *moments(text, 110)}


def test_the_second_of_two_equal_times_is_kept() -> None:
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # 02:30 CET, after 02:30 CEST
    assert moments(text_of(planned(starts_at=second))) == [second]
    room = weekly(BERLIN, "2026-10-25 02:30", starts_at=second)
    assert moments(text_of(room), 2) == [second, datetime(2026, 11, 1, 1, 30, tzinfo=UTC)]


@pytest.mark.parametrize("zone", [BERLIN, "America/New_York", "Australia/Lord_Howe", "UTC"])
def test_a_time_zone_shows_the_same_time_as_its_clocks_at_every_hour_of_years(zone: str) -> None:
    text = f"BEGIN:VCALENDAR\r\n{time_zone(zone, 2025, 2027).to_ical().decode()}END:VCALENDAR\r\n"
    read = vobject.readOne(text).vtimezone.tzinfo
    clocks = ZoneInfo(zone)
    for hour in range(3 * 8700):
        local = datetime.fromisoformat("2025-01-02 00:30") + hour * timedelta(hours=1)
        both = {local.replace(tzinfo=clocks, fold=fold).utcoffset() for fold in (0, 1)}
        assert local.replace(tzinfo=read).utcoffset() in both, local


@pytest.mark.parametrize("zone", [None, "Nowhere/At_all", "../../etc/passwd", ""])
def test_without_a_known_time_zone_the_time_is_in_utc_and_does_not_recur(zone: str | None) -> None:
    text = text_of(weekly(BERLIN, "2026-10-20 18:00", time_zone=zone))
    assert "DTSTART:20261020T160000Z" in text
    assert "RRULE" not in text
    assert "VTIMEZONE" not in text


def test_the_rooms_of_a_series_are_one_event_that_ends_with_its_last() -> None:
    begins = "2026-10-06 18:00"
    when = datetime(2026, 10, 6, 16, tzinfo=UTC)
    week = timedelta(weeks=1)
    first = weekly(BERLIN, begins, opened_at=when, ended_at=when + timedelta(hours=2), sequence=1)
    second = weekly(BERLIN, begins, id=9, starts_at=when + week, sequence=3)
    text = text_of(first, second)
    (event,) = Calendar.from_ical(text).events
    assert (event["sequence"], str(event["uid"])) == (3, "room-7@talk.example/talk")
    assert str(event["url"]) == f"{SITE}/rooms/9"
    assert moments(text, 3) == [when, when + week, when + 2 * week]

    cancelled = weekly(BERLIN, begins, id=9, starts_at=when + week, ended_at=when)
    ended = text_of(first, cancelled)
    assert moments(ended) == [when]
    assert "STATUS" not in ended, "the first took place"
    over = weekly(
        BERLIN, begins, id=9, starts_at=when + week, opened_at=when + week, ended_at=when + 2 * week
    )
    assert moments(text_of(first, over)) == [when, when + week]


def test_a_cancelled_room_is_told_as_cancelled() -> None:
    ended = datetime(2026, 10, 10, tzinfo=UTC)
    for room in (planned(ended_at=ended), weekly(BERLIN, "2026-10-20 18:00", ended_at=ended)):
        (event,) = Calendar.from_ical(text_of(room)).events
        assert str(event["status"]) == "CANCELLED"


def test_a_calendar_without_rooms_is_read() -> None:
    text = text_of()
    assert vobject.readOne(text).x_wr_calname.value == "Jazz"
    assert Calendar.from_ical(text).events == []
