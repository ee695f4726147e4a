"""What travels on the bus, as JSON that is read strictly: what is not exactly one of these raises ValueError.

A notification travels as the payload that PostgreSQL sent, and is read like one (`../postgres/notifications.py`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any, Final
from uuid import UUID

from ..log.audience import Counts
from ..log.page import Hole, LogRow, Page
from ..postgres.notifications import GREATEST
from ..types import RoomId, UserId

MOST_EVENTS: Final = 1000  # of a page
MOST_HEADS: Final = 1000  # of a beat
LONGEST_NAME: Final = 63  # PostgreSQL's names
PAGE, BEAT, NOTIFICATION, MISSED = b"P", b"B", b"N", b"M"


@dataclass(frozen=True, slots=True)
class Beat:
    """The pump is there and listens. `term` grows with each pump, `number` with each beat; `heads`: where logs ended some time ago, by room."""

    term: int
    number: int
    heads: tuple[tuple[RoomId, int, int], ...]


@dataclass(frozen=True, slots=True)
class Missed:
    """A relay asks for the page that goes on after this position."""

    room: RoomId
    epoch: int
    after: int


def page_body(page: Page) -> bytes:
    events = [
        each.recipient
        if isinstance(each, Hole)
        else [each.table_name, each.seat_user, each.seat_peer, each.seat_reason, each.event, each.taken_back_seq, each.age]
        for each in page.events
    ]  # fmt: skip
    counts = None if page.counts is None else astuple(page.counts)
    fields = [page.room, page.epoch, page.after, page.head, page.tail, page.read_at, counts, events]
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode()


def read_page(body: bytes) -> Page:
    room, epoch, after, head, tail, read_at, counts, events = _list(_parsed(body), 8)
    _whole(after, 0)
    if type(events) is not list or len(events) > MOST_EVENTS:
        raise ValueError("no list of events")
    if _whole(head, 0) != after + len(events):
        raise ValueError("seq has gaps")
    return Page(
        RoomId(_whole(room, 1)),
        _whole(epoch, 1),
        after,
        head,
        _whole(tail, 0),
        _seconds(read_at),
        None if counts is None else Counts(*(_whole(each, 0) for each in _list(counts, 4))),
        tuple(_event(after + number, each) for number, each in enumerate(events, 1)),
    )


def beat_body(beat: Beat) -> bytes:
    return json.dumps([beat.term, beat.number, beat.heads], separators=(",", ":")).encode()


def read_beat(body: bytes) -> Beat:
    term, number, heads = _list(_parsed(body), 3)
    if type(heads) is not list or len(heads) > MOST_HEADS:
        raise ValueError("no list of heads")
    read = [_list(each, 3) for each in heads]
    return Beat(
        _whole(term, 1),
        _whole(number, 1),
        tuple((RoomId(_whole(room, 1)), _whole(epoch, 1), _whole(head, 0)) for room, epoch, head in read),
    )  # fmt: skip


def missed_body(missed: Missed) -> bytes:
    return json.dumps([missed.room, missed.epoch, missed.after]).encode()


def read_missed(body: bytes) -> Missed:
    room, epoch, after = _list(_parsed(body), 3)
    return Missed(RoomId(_whole(room, 1)), _whole(epoch, 1), _whole(after, 0))


def _event(seq: int, value: object) -> LogRow | Hole:
    if value is None:
        return Hole(seq, None)
    if type(value) is int:
        return Hole(seq, UserId(_whole(value, 0)))
    table, user, peer, reason, event, taken_back, age = _list(value, 7)
    return LogRow(
        seq,
        _text(table, LONGEST_NAME),
        None,
        None if user is None else UserId(_whole(user, 1)),
        None if peer is None else str(UUID(_text(peer, 36))),
        None if reason is None else _text(reason, LONGEST_NAME),
        _object(event),
        None if taken_back is None else _whole(taken_back, 1),
        _seconds(age),
    )


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except RecursionError:
        raise ValueError("too deep") from None


def _list(value: object, length: int) -> Sequence[Any]:
    if type(value) is not list or len(value) != length:
        raise ValueError(f"no list of {length}")
    return value


def _whole(value: object, least: int) -> int:
    # type() and not isinstance: true and false are ints to Python
    if type(value) is not int or not least <= value <= GREATEST:
        raise ValueError("not a number in range")
    return value


def _seconds(value: object) -> float:
    if type(value) not in (int, float) or not math.isfinite(value):  # type: ignore[arg-type]
        raise ValueError("not a number of seconds")
    return float(value)  # type: ignore[arg-type]


def _text(value: object, longest: int) -> str:
    if type(value) is not str or not 0 < len(value) <= longest:
        raise ValueError("not a text of this length")
    return value


def _object(value: object) -> str:
    """The text of a JSON object, which is sent to clients as it is."""
    if type(value) is not str or not (value.startswith("{") and value.endswith("}")):
        raise ValueError("not an object")
    if "\n" in value or "\r" in value:
        raise ValueError("more than a line")
    return value
