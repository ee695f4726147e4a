"""Connections that count their statements, collect those of a request, and end when the server does not answer."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, Self

import psycopg
from psycopg import AsyncCursor
from psycopg.abc import RV, PQGen
from psycopg.errors import _WaitTimeout
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow
from psycopg.sql import Composable

from .session import Session

LONGEST_TEXT: Final = 400  # characters of a statement that are kept


@dataclass(frozen=True, slots=True)
class Ran:
    """A statement that ran: its text without the values, and the seconds until its answer."""

    text: str
    seconds: float


ran: ContextVar[list[Ran] | None] = ContextVar("ran", default=None)
"""A list that is set here collects the statements of its context."""


@dataclass
class Counted:
    """Statements (without BEGIN and COMMIT) and transactions since the relay started."""

    statements: int = 0
    transactions: int = 0


class CountedCursor(AsyncCursor[TupleRow]):
    """Counts statements. Outside a transaction, each statement is a transaction of its own."""

    async def execute(self, query: Any, *arguments: Any, **options: Any) -> Self:
        connection = self.connection
        if isinstance(connection, CountedConnection) and connection.counted is not None:
            connection.counted.statements += 1
            if connection.info.transaction_status == TransactionStatus.IDLE:
                connection.counted.transactions += 1
        began = time.perf_counter()
        try:
            return await super().execute(query, *arguments, **options)
        finally:
            if (collected := ran.get()) is not None and query:
                text = query.as_string(None) if isinstance(query, Composable) else str(query)
                collected.append(Ran(text[:LONGEST_TEXT], time.perf_counter() - began))


class Prepared:
    """The names of the statements that `round_trip.py` prepared on one connection, those that were used last at the end."""

    def __init__(self) -> None:
        self._names: OrderedDict[bytes, bytes] = OrderedDict()
        self._made = 0

    def find(self, text: bytes) -> bytes | None:
        if text in self._names:
            self._names.move_to_end(text)
        return self._names.get(text)

    def new_name(self) -> bytes:
        self._made += 1
        return b"roomtone_%d" % self._made

    def add(self, text: bytes, name: bytes) -> None:
        self._names[text] = name

    def clear(self) -> None:
        """The server has none of them any more."""
        self._names.clear()

    def beyond(self, most: int) -> Iterator[bytes]:
        """The names of those to give up, so that not more than `most` are kept."""
        while len(self._names) > most:
            yield self._names.popitem(last=False)[1]


class CountedConnection(Session):
    """A connection whose statements are counted once `counted` is set."""

    counted: Counted | None = None
    local: str | None = None
    """What each of its transactions sets, as JSON: a pooler gives each perhaps another session, which keeps nothing and prepares nothing."""

    answers_within: float | None = None
    """Seconds for one answer. The server has limits of its own, but it may be frozen or unreachable."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.cursor_factory = CountedCursor
        self.prepared = Prepared()

    async def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:  # noqa: ASYNC109 - as psycopg has it
        try:
            return await super().wait(gen, interval, timeout or self.answers_within)
        except _WaitTimeout as error:
            self.pgconn.finish()  # its state is unknown: the pool replaces it
            raise psycopg.OperationalError(
                f"PostgreSQL did not answer within {self.answers_within} seconds"
            ) from error
