"""What a lesson of docs/course needs in the database: a room and three people; and how all of it is taken back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, LiteralString

import psycopg

from ..types import RoomId

TITLES: Final = (
    "Two tabs, one table",
    "An offer is a row",
    "Four ways to follow a room",
    "What gets lost",
    "Mesh, SFU, MCU",
    "A stage for thousands",
)
"""The titles of lessons 1 to 6; each names a page of docs/course."""

PEOPLE: Final = ("ada", "ben", "cleo")
"""Ada is in the browser and hosts the room, the others are in psql."""

LISTENER: Final = "listener %"
"""Lesson 6 fills the room with users of such names."""

TOLD_WITHIN: Final = 0.5
"""Seconds for relays to tell the pages in the room that it has ended: then it is deleted with its log."""

BIO: Final = "Takes part in the lessons of roomtone lesson."

_LOCK: Final = "select pg_try_advisory_lock(hashtext('roomtone lesson'))"
_PEOPLE: Final = (
    "insert into roomtone.users (username, bio) select name, %s from unnest(%s::text[]) name"
    " where not exists (select from roomtone.users u where roomtone.name_key(u.username) = roomtone.name_key(name))"
)
_ROOM: Final = (
    "insert into roomtone.rooms (name, host_id, topology)"
    " select %s, u.id, 'mesh' from roomtone.users u where roomtone.name_key(u.username) = roomtone.name_key(%s) returning id"
)
_END: Final = "select roomtone.end_room(id, 'The lesson has ended.') from roomtone.rooms where id = %s and ended_at is null"
_IS_OCCUPIED: Final = "select exists (select from roomtone.participants where room_id = %s)"
_DELETE_ROOM: Final = "delete from roomtone.rooms where id = %s"
_ROOMS_BEFORE: Final = (
    "delete from roomtone.rooms r using roomtone.users u"
    " where u.id = r.host_id and (u.bio = %s or (u.username = any(%s) and r.name = any(%s)))"
)
_CLUBS_BEFORE: Final = (
    "delete from roomtone.clubs c using roomtone.users u where u.id = c.owner_id and u.bio = %s"
)
_PEOPLE_BEFORE: Final = (
    "delete from roomtone.users u where u.bio = %s and (u.username = any(%s) or u.username like %s)"
)


class LessonRuns(Exception):
    """Another terminal has a lesson open on this database."""

    def __init__(self) -> None:
        super().__init__(
            "Another terminal has a lesson open on this database. Leave its psql first: \\q"
        )


def name_of(number: int) -> str:
    """The name of the room of this lesson, 1 to 6."""
    return f"Lesson {number}: {TITLES[number - 1]}"


def page_of(number: int) -> str:
    """The page of this lesson, from the folder of the project."""
    return (
        f"docs/course/{number}-{TITLES[number - 1].lower().replace(',', '').replace(' ', '-')}.md"
    )


@contextmanager
def lesson_room(connection: psycopg.Connection[Any], number: int) -> Iterator[RoomId]:
    """The room of this lesson. `connection` is the operator's, with autocommit. Raises LessonRuns.

    What an earlier lesson left behind, because its process was killed, is deleted first. Users with these names who were there before take part,
    and stay.
    """
    if not _one(connection, _LOCK):
        raise LessonRuns
    _reset(connection)
    room = None
    try:
        connection.execute(_PEOPLE, (BIO, list(PEOPLE)))
        room = RoomId(_one(connection, _ROOM, name_of(number), PEOPLE[0]))
        yield room
        if _one(connection, _IS_OCCUPIED, room):
            connection.execute(_END, (room,))
            time.sleep(TOLD_WITHIN)
    finally:
        connection.execute(_DELETE_ROOM, (room,))  # also if another user hosts it now
        _reset(connection)


def _reset(connection: psycopg.Connection[Any]) -> None:
    names = [name_of(number) for number in range(1, len(TITLES) + 1)]
    connection.execute(_ROOMS_BEFORE, (BIO, list(PEOPLE), names))
    connection.execute(_CLUBS_BEFORE, (BIO,))
    connection.execute(_PEOPLE_BEFORE, (BIO, list(PEOPLE), LISTENER))


def _one(connection: psycopg.Connection[Any], statement: LiteralString, *values: object) -> Any:
    row = connection.execute(statement, values).fetchone()
    assert row is not None
    return row[0]
