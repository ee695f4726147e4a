"""What streams need to begin, read for many of them at once: their seats, and the snapshots of their rooms.

A stream that is opened while a query runs, or a moment later, waits for the next one, which serves all that wait. The result has
each room's state once. If the database returns no row for a user, the relay asks again as that user, and gets the error with its rule.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, NamedTuple, TypeVar

import psycopg

from ..postgres.pools import Database
from ..supervision import begin
from ..types import Cursor, PeerId, RoomId, UserId

MOST_AT_ONCE: Final = 64  # sessions in one query; more wait for the next
QUERIES: Final = 1  # at a time; requests that arrive meanwhile go into the next one
COALESCE: Final = 0.005
"""Seconds from the end of a query to the next, which serves all that arrive in between."""

SEATS: Final = (
    "select place, peer_id::text from roomtone.relay_seats_of(%s, %s, %s::uuid[], %s::text[])"
)
SNAPSHOTS: Final = (
    "select place, room_id, cursor, content"
    " from roomtone.relay_snapshots(%s, %s, %s::uuid[], %s::text[])"
)

T = TypeVar("T")

log = logging.getLogger(__name__)


class Wanted(NamedTuple):
    """A user's seat in a room: that of this session, or with None of any. `token`: the `jti` of the user's token, if it has one."""

    room: RoomId
    user: UserId
    peer: PeerId | None
    token: str | None


class Snapshot(NamedTuple):
    """A room as one session may see it, as JSON text, and the cursor it is true at."""

    cursor: Cursor
    text: str


@dataclass(slots=True)
class Question(Generic[T]):
    """`seconds`: its share of the query's time."""

    wanted: Wanted
    answer: asyncio.Future[T | None]
    seconds: float = 0.0


class Gathered(Generic[T]):
    """Asks one query for all who wait. `read` makes the answers of its rows, by their places from 1."""

    def __init__(
        self, database: Database, query: str, read: Callable[[Sequence[Any]], Mapping[int, T]]
    ) -> None:
        self._database = database
        self._query = query
        self._read = read
        self._waiting: deque[Question[T]] = deque()  # as many as requests are in progress
        self._running: set[asyncio.Task[None]] = set()

    async def ask(self, wanted: Wanted) -> T | None:
        """None if the database returns nothing for this one, or refuses the query. Raises Problem 429, and psycopg errors."""
        async with self._database.place() as account:
            question = Question[T](wanted, asyncio.get_running_loop().create_future())
            self._waiting.append(question)
            self._run()
            answer = await question.answer
            if account is not None:
                account.charge(question.seconds)
        return answer

    def _run(self) -> None:
        if self._waiting and len(self._running) < QUERIES:
            task = begin(self._answer(), "opening of streams")
            self._running.add(task)
            task.add_done_callback(self._has_run)

    def _has_run(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("streams could not be opened together", exc_info=error)
        self._run()

    async def _answer(self) -> None:
        asked: list[Question[T]] = []
        answers: Mapping[int, T] = {}
        try:
            async with self._database.relay_for_many() as connection:
                asked = self._take()
                began = time.monotonic()
                columns = [*zip(*(question.wanted for question in asked), strict=True)]
                cursor = await connection.execute(self._query, [[*column] for column in columns])
                answers = self._read(await cursor.fetchall())
                for question in asked:
                    question.seconds = (time.monotonic() - began) / len(asked)
        except psycopg.Error as error:
            log.warning("streams could not be opened together: %s", str(error).strip())
            unanswered = error.sqlstate is None and not isinstance(error, psycopg.DataError)
            if unanswered or not asked:
                # The database did not answer. Each who waits would wait for another timeout, and then ask alone.
                self._fail([*asked, *self._waiting], error)
                self._waiting.clear()
        finally:
            for place, question in enumerate(asked, 1):
                if not question.answer.done():
                    question.answer.set_result(answers.get(place))
        await asyncio.sleep(COALESCE)

    def _take(self) -> list[Question[T]]:
        some = min(len(self._waiting), MOST_AT_ONCE)
        return [self._waiting.popleft() for _ in range(some)]

    def _fail(self, questions: Sequence[Question[T]], error: psycopg.Error) -> None:
        for question in questions:
            if not question.answer.done():
                question.answer.set_exception(error)


class Openings:
    """The seats and snapshots of streams that are being opened. Each answers None for one who has to ask as the user."""

    def __init__(self, database: Database) -> None:
        self.seats: Gathered[PeerId] = Gathered(database, SEATS, _seats)
        self.snapshots: Gathered[Snapshot] = Gathered(database, SNAPSHOTS, _snapshots)


def _seats(rows: Sequence[Any]) -> dict[int, PeerId]:
    return {place: PeerId(peer) for place, peer in rows}


def _snapshots(rows: Sequence[Any]) -> dict[int, Snapshot]:
    states = {
        room: (Cursor.parse(cursor), state[:-1])
        for place, room, cursor, state in rows
        if place is None and cursor is not None  # without one the room's log is lost
    }
    found = {}
    for place, room, _, signals in rows:
        if place is not None and room in states:
            cursor, state = states[room]
            found[place] = Snapshot(cursor, f'{state}, "signals": {signals}}}')
    return found
