"""A transaction of one statement, in a single round trip: BEGIN, becoming the user, the statement and COMMIT are sent together.

That is libpq's pipeline mode (PostgreSQL manual, 34.5), through psycopg's wrapper of libpq: psycopg's own pipeline takes several
times as long for so short a transaction. docs/internals.md lists what is used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final, Generic, TypeVar

from psycopg import OperationalError
from psycopg.abc import PQGen
from psycopg.errors import InvalidSqlStatementName, error_from_result
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.waiting import READY_R, WAIT_R, WAIT_RW

from ..types import Claims, NodeId
from .roles import SET_LOCAL
from .statements import CountedConnection

MOST_PREPARED: Final = 64  # statements of one connection, and the newest
TEXTS: Final = 256
BECOME: Final = b"select roomtone.become($1::jsonb, $2)"
PLACEHOLDER: Final = re.compile("%([%s])")

T = TypeVar("T")

Value = str | int | None


def fits(values: Sequence[object]) -> bool:
    """Whether these values can be sent as text; all others are for psycopg to convert, or to refuse."""
    return all(
        value is None
        or type(value) is int
        or (type(value) is str and "\0" not in value and _is_utf8(value))
        for value in values
    )


@dataclass(frozen=True, slots=True)
class OneStatement(Generic[T]):
    """A transaction of this statement, with psycopg's placeholders; its answer is what `read` makes of the result.

    `commits`: COMMIT is sent with the statement; otherwise when `read` has not raised.
    """

    text: str
    values: Sequence[Value]
    read: Callable[[PGresult], T]
    read_only: bool
    commits: bool


async def transact_once(
    connection: CountedConnection, claims: Claims, node: NodeId, one: OneStatement[T]
) -> T:
    """Run it as the user whom the claims name. Raises psycopg errors, and those of its `read`."""
    try:
        return await _transact(connection, claims, node, one)
    except InvalidSqlStatementName:
        # psycopg deallocates all statements of the session when it rolls back and has prepared some itself. Nothing was done.
        connection.prepared.clear()
    return await _transact(connection, claims, node, one)


async def _transact(
    connection: CountedConnection, claims: Claims, node: NodeId, one: OneStatement[T]
) -> T:
    pgconn = connection.pgconn
    who = [json.dumps(claims).encode(), node.encode()]
    sent = [None if value is None else str(value).encode() for value in one.values]
    commands: list[Callable[[], None]] = []

    def add(command: Callable[..., None], *arguments: object) -> int:
        commands.append(partial(command, *arguments))
        return len(commands) - 1

    begin = b"begin" if connection.local is None else b"begin isolation level read committed"
    add(pgconn.send_query_params, begin + b" read only" * one.read_only, None)
    if connection.local is not None:
        add(pgconn.send_query_params, _numbered(SET_LOCAL), [connection.local.encode()])
    for oldest in connection.prepared.beyond(MOST_PREPARED):
        add(pgconn.send_query_params, b"deallocate " + oldest, None)
    new: dict[int, tuple[bytes, bytes]] = {}

    def add_prepared(text: bytes, parameters: Sequence[bytes | None]) -> int:
        if connection.local is not None:
            return add(pgconn.send_query_params, text, parameters)
        name = connection.prepared.find(text)
        if name is None:
            name = connection.prepared.new_name()
            new[add(pgconn.send_prepare, name, text)] = text, name
        return add(pgconn.send_query_prepared, name, parameters)

    add_prepared(BECOME, who)
    statement = add_prepared(_numbered(one.text), sent)
    if one.commits:
        add(pgconn.send_query_params, b"commit", None)
    try:
        results = await connection.wait(_exchange(pgconn, commands))
        for place, result in enumerate(results):
            if result.status == ExecStatus.FATAL_ERROR:
                raise error_from_result(result)
            if place in new:
                connection.prepared.add(*new[place])
        if len(results) < len(commands):
            raise OperationalError("the connection was lost")
        answer = one.read(results[statement])
        if not one.commits:
            await connection.commit()
    except Exception:
        if not connection.closed:
            await connection.rollback()  # does nothing outside a transaction
        raise
    except BaseException:
        pgconn.finish()  # cancelled: its state is unknown, and the pool replaces it
        raise
    return answer


def _exchange(pgconn: PGconn, commands: Sequence[Callable[[], None]]) -> PQGen[list[PGresult]]:
    """Send these commands, and wait for their results: one each. After an error the server skips the others."""
    results: list[PGresult] = []
    try:
        pgconn.enter_pipeline_mode()
        for command in commands:
            command()
        pgconn.pipeline_sync()
        while pgconn.flush():
            ready = yield WAIT_RW
            if ready and ready & READY_R:  # None after a cancellation
                pgconn.consume_input()
        while True:
            while pgconn.is_busy():
                yield WAIT_R
                pgconn.consume_input()
            result = pgconn.get_result()
            if result is None:  # the end of one command's results
                if pgconn.status != ConnStatus.OK:
                    break
            elif result.status == ExecStatus.PIPELINE_SYNC:
                pgconn.exit_pipeline_mode()
                break
            else:
                results.append(result)
    except BaseException:
        pgconn.finish()  # its state is unknown: the pool replaces it
        raise
    return results


@lru_cache(TEXTS)
def _numbered(text: str) -> bytes:
    """The statement with PostgreSQL's placeholders `$1`, `$2`, … instead of `%s`, and `%` instead of `%%`."""
    parts = iter(range(1, text.count("%") + 1))
    return PLACEHOLDER.sub(
        lambda found: "%" if found[1] == "%" else f"${next(parts)}", text
    ).encode()


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
