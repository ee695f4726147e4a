"""Transactions as the user, repeated after a serialization failure or a deadlock."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from psycopg.errors import DeadlockDetected, SerializationFailure
from psycopg.pq import ExecStatus

from ..postgres.round_trip import OneStatement, fits
from ..postgres.statements import ran
from .bounds import check_size
from .fragments import Part

if TYPE_CHECKING:
    from psycopg.pq.abc import PGresult

    from ..postgres.pools import Database
    from ..postgres.roles import Connection
    from ..types import Claims

T = TypeVar("T")

PAUSES_S = (
    0.02,
    0.1,
)  # upper limits of random pauses, so that two transactions do not collide again


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a statement: the rows as the text of a JSON array, if requested, and their number.

    `weight` is the text's size in bytes; `total` the number of rows without the limit, if requested, or of new rows of an upsert.
    """

    text: str | None
    size: int
    weight: int = 0
    total: int | None = None


async def transact(
    database: Database,
    claims: Claims,
    work: Callable[[Connection], Awaitable[T]],
    *,
    read_only: bool = False,
    timezone: str | None = None,
) -> T:
    """Run `work` in one transaction as the user. Raises psycopg errors, and the errors of `work`.

    After a serialization failure or deadlock it runs again: the failed transaction had no effect.
    `timezone` is that of the times in the answer, one of PostgreSQL's names.
    """

    async def once() -> T:
        async with database.acting(claims, read_only=read_only) as connection:
            if timezone is not None:
                await connection.execute("select set_config('timezone', %s, true)", (timezone,))
            return await work(connection)

    return await _repeated(once)


async def transact_parts(
    database: Database,
    claims: Claims,
    parts: list[Part],
    check: Callable[[Answer], None],
    *,
    read_only: bool = False,
    timezone: str | None = None,
    commits: bool = False,
) -> Answer:
    """Run these statements of one request in one transaction, as `transact` does. `check` may raise to have them rolled back.

    `commits`: they return no rows, and `check` would not raise. Then a single statement takes one round trip, and otherwise two.
    """
    most_bytes = database.answer_limit

    async def all_of_them(connection: Connection) -> Answer:
        answer = await execute_all(connection, parts, most_bytes=most_bytes)
        check(answer)
        return answer

    def read(result: PGresult) -> Answer:
        answer = _answer(result)
        check_size(answer.weight, most_bytes)
        check(answer)
        return answer

    # `ran` wants the time of each statement.
    if (
        len(parts) > 1
        or not fits(values := parts[0][1])
        or timezone is not None
        or ran.get() is not None
    ):
        return await transact(database, claims, all_of_them, read_only=read_only, timezone=timezone)
    one = OneStatement(
        parts[0][0].as_string(None), values, read, read_only, commits=commits or read_only
    )
    return await _repeated(lambda: database.once(claims, one))


async def _repeated(once: Callable[[], Awaitable[T]]) -> T:
    for pause in PAUSES_S:
        try:
            return await once()
        except (SerializationFailure, DeadlockDetected):
            await asyncio.sleep(random.uniform(0, pause))
    return await once()


def _answer(result: PGresult) -> Answer:
    if result.status != ExecStatus.TUPLES_OK:
        return Answer(None, result.command_tuples or 0)
    text, *numbers = (result.get_value(0, column) for column in range(result.nfields))
    return Answer(None if text is None else text.decode(), *(int(n or 0) for n in numbers))


async def execute(connection: Connection, part: Part, *, most_bytes: int) -> Answer:
    """Execute a statement of `statement.py`. Raises Problem 413."""
    text, values = part
    cursor = await connection.execute(text, values)
    if cursor.description is None:
        return Answer(None, cursor.rowcount)
    row = await cursor.fetchone()
    assert row is not None
    answer = Answer(*row)
    check_size(answer.weight, most_bytes)
    return answer


async def execute_all(connection: Connection, parts: list[Part], *, most_bytes: int) -> Answer:
    """The answers of several statements as one. Raises Problem 413."""
    answers: list[Answer] = []
    for part in parts:
        answers.append(await execute(connection, part, most_bytes=most_bytes))
        most_bytes -= answers[-1].weight
    if len(answers) == 1:
        return answers[0]
    size = sum(answer.size for answer in answers)
    texts = [answer.text[1:-1] for answer in answers if answer.text is not None and answer.size]
    counts = [
        answer.total for answer in answers if answer.total is not None
    ]  # each with those before
    new = sum(answer.size for answer in answers if answer.total is None) + max(counts, default=0)
    return Answer(f"[{','.join(texts)}]", size, total=new)
