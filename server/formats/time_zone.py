"""The rules of a time zone for calendars: VTIMEZONE (RFC 5545, 3.6.5).

The library icalendar makes them, too. But of each change that is an hour or more forward it writes the time after the change, where the
RFC asks for the time by the clocks before; and it writes lists of dates, of which some programs read only the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

DAY: Final = timedelta(days=1)
SECOND: Final = timedelta(seconds=1)


@lru_cache(maxsize=256)
def time_zone(key: str, first: int, last: int) -> Timezone:
    """What this zone's clocks show from the beginning of the first of these years to the end of the last."""
    zone = ZoneInfo(key)
    made = Timezone()
    made.add("tzid", key)
    begins, ends = datetime(first, 1, 1, tzinfo=UTC), datetime(last + 1, 1, 1, tzinfo=UTC)
    _add(made, zone, begins, begins)
    for before, after in _changes(zone, begins, ends):
        _add(made, zone, before, after)
    return made


def _changes(
    zone: ZoneInfo, begins: datetime, ends: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """The last second before each change of the clocks, and the first after it."""
    day = begins
    while day < ends:
        before, after = day, day + DAY
        if _clocks(zone, before) != _clocks(zone, after):
            while after - before > SECOND:
                middle = before + (after - before) // 2
                middle = middle.replace(microsecond=0)
                if _clocks(zone, middle) == _clocks(zone, before):
                    before = middle
                else:
                    after = middle
            yield before, after
        day += DAY


def _clocks(zone: ZoneInfo, moment: datetime) -> tuple[timedelta | None, str | None]:
    local = moment.astimezone(zone)
    return local.utcoffset(), local.tzname()


def _add(made: Timezone, zone: ZoneInfo, before: datetime, after: datetime) -> None:
    """From `after` on, clocks show another time than at `before`."""
    old, new = before.astimezone(zone), after.astimezone(zone)
    offset = old.utcoffset() or timedelta()
    part = TimezoneDaylight() if new.dst() else TimezoneStandard()
    part.add("dtstart", after.replace(tzinfo=None) + offset)
    part.add("tzoffsetfrom", offset)
    part.add("tzoffsetto", new.utcoffset() or timedelta())
    part.add("tzname", new.tzname() or "")
    made.add_component(part)
