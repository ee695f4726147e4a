"""Planned rooms as a calendar: iCalendar (RFC 5545), by the library icalendar.

A room that is planned once is an event. A series that repeats is one event, which recurs by the clocks of its time zone: of its rooms,
the newest stands for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar import Calendar, Event

from .time_zone import time_zone

PRODUCT: Final = "-//Roomtone//Roomtone//EN"
LASTS: Final = timedelta(hours=1)
"""How long an event is shown whose end nobody knows: rooms are planned without one."""

WEEK: Final = timedelta(weeks=1)
WEEKS_AHEAD: Final = 104
"""For so long, events that come twice on the day when clocks go back are told one by one."""

YEARS_OF_ZONE: Final = 10
REFRESH: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Planned:
    """A row of the view `calendar`."""

    id: int
    name: str
    description: str | None
    club: str | None
    host: str
    co_hosts: list[str]
    starts_at: datetime
    time_zone: str | None
    repeats: str | None
    repeats_from: datetime | None
    opened_at: datetime | None
    ended_at: datetime | None
    series_id: int
    sequence: int
    changed_at: datetime

    @property
    def cancelled(self) -> bool:
        return self.ended_at is not None and self.opened_at is None


def calendar_of(rooms: Iterable[Planned], *, name: str, site: str) -> bytes:
    """The calendar of this name with these rooms. `site`: where the relay is, such as `https://talk.example`."""
    newest: dict[int, Planned] = {}
    for room in rooms:
        known = newest.get(room.series_id)
        if known is None or room.id > known.id:
            newest[room.series_id] = room
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    zones: set[str] = set()
    for series in sorted(newest):
        zone = _zone(newest[series])
        if zone is not None:
            zones.add(zone.key)
        for event in _events(newest[series], zone, site):
            calendar.add_component(event)
    for key in sorted(zones, reverse=True):
        calendar.subcomponents.insert(0, time_zone(key, *_years(newest.values())))
    return bytes(calendar.to_ical())


def _years(rooms: Iterable[Planned]) -> tuple[int, int]:
    years = [room.starts_at.year for room in rooms]
    return min(years) - 1, max(years) + YEARS_OF_ZONE


def _zone(room: Planned) -> ZoneInfo | None:
    """Its time zone; None where it has none, or one that only PostgreSQL knows: then its times are in UTC."""
    if room.time_zone is None:
        return None
    try:
        return ZoneInfo(room.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _events(room: Planned, zone: ZoneInfo | None, site: str) -> Iterator[Event]:
    event = _event(room, site)
    recurs = zone is not None and room.repeats == "weekly" and room.repeats_from is not None
    if not recurs:
        event.add("dtstart", _moment(room.starts_at, zone))
        event.add("duration", LASTS)
        if room.cancelled:
            event.add("status", "CANCELLED")
        yield event
        return
    assert zone is not None
    assert room.repeats_from is not None
    begins = room.repeats_from
    event.add("dtstart", begins.replace(tzinfo=zone))
    event.add("duration", LASTS)
    rule: dict[str, object] = {"FREQ": "WEEKLY"}
    last = _last(room)
    if last is not None and last < begins.replace(tzinfo=zone).astimezone(UTC):
        event.add("status", "CANCELLED")  # its first time was cancelled
    elif last is not None:
        rule["UNTIL"] = last
    event.add("rrule", rule)
    yield event
    yield from _moved(room, begins, zone, site, last)


def _last(room: Planned) -> datetime | None:
    """The end of the series, if it has one: the last room ended and no other was planned."""
    if room.ended_at is None:
        return None
    return room.starts_at.astimezone(UTC) - (
        timedelta(seconds=1) if room.cancelled else timedelta()
    )


def _moved(
    room: Planned, begins: datetime, zone: ZoneInfo, site: str, last: datetime | None
) -> Iterator[Event]:
    """The times at which clocks change. Of a local time that comes twice, calendars take the first (RFC 5545, 3.3.5), PostgreSQL the
    second; of one that is left out, both take what the clocks would have shown before, but not all calendar programs do."""
    now = room.starts_at.astimezone(zone).replace(tzinfo=None)
    first = max(0, (now - begins) // WEEK)
    for week in range(first, first + WEEKS_AHEAD):
        local = begins + week * WEEK
        told, other = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        meant = room.starts_at.astimezone(UTC) if local == now else max(told, other)
        if told == other or (told == meant and told < other) or (last is not None and told > last):
            continue
        event = _event(room, site)
        event.add("recurrence-id", local.replace(tzinfo=zone))
        event.add("dtstart", meant)
        event.add("duration", LASTS)
        yield event


def _moment(moment: datetime, zone: ZoneInfo | None) -> datetime:
    """By the clocks of the zone; in UTC without one, and at the second of two equal local times."""
    if zone is None:
        return moment.astimezone(UTC)
    local = moment.astimezone(zone)
    return local if local.fold == 0 else moment.astimezone(UTC)


def _event(room: Planned, site: str) -> Event:
    event = Event()
    event.add("uid", f"room-{room.series_id}@{site.partition('://')[2]}")
    event.add("dtstamp", room.changed_at.astimezone(UTC))
    event.add("last-modified", room.changed_at.astimezone(UTC))
    event.add("sequence", room.sequence)
    event.add("summary", room.name)
    address = f"{site}/rooms/{room.id}"
    about = "\n".join(
        (room.description or "").splitlines()
    )  # a lone CR would end a line of the file
    event.add("description", "\n\n".join(filter(None, (about, _hosts(room), address))))
    event.add("location", address)
    event.add("url", address)
    return event


def _hosts(room: Planned) -> str:
    """`Hosted by anna with bo and cy in Jazz.`"""
    *others, last = [*room.co_hosts] or [""]
    named = f"{', '.join(others)} and {last}" if others else last
    return f"Hosted by {room.host}{f' with {named}' if named else ''}{f' in {room.club}' if room.club else ''}."
