"""People in a test: what one would type in psql, as somebody."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import takewhile
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from .patience import PATIENCE

Connection = psycopg.Connection[TupleRow]


class Psql:
    """A session in psql, by the operator or by whoever it acts as."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def one(self, statement: LiteralString, *values: Any) -> Any:
        """The first column of the first row; None if there is none."""
        row = self.connection.execute(statement, values).fetchone()
        return None if row is None else row[0]

    def all(self, statement: LiteralString, *values: Any) -> list[TupleRow]:
        return self.connection.execute(statement, values).fetchall()

    def run(self, statement: LiteralString, *values: Any) -> int:
        """How many rows it touched."""
        return self.connection.execute(statement, values).rowcount

    def act_as(self, username: str | None) -> Psql:
        self.connection.execute("reset role")
        self.connection.execute("select act_as(%s)", (username,))
        return self

    def person(self, username: str) -> int:
        """Somebody of this name, new if need be; their id."""
        return int(self.one("select id from sign_in(%s)", username))

    def person_id(self, username: str) -> int:
        """The id of somebody who is there, whoever is acting."""
        return int(self.one("select id from users where username = %s", username))

    def room(self, host: str, name: str = "Tea", stage: str = "open") -> int:
        """A new room of this host; its id."""
        return int(
            self.one(
                "insert into rooms (name, host_id, stage) values (%s, %s, %s) returning id",
                name,
                self.person(host),
                stage,
            )
        )

    def seat(self, room: int, username: str, role: str | None = None) -> str:
        """Seat somebody by hand; their peer_id."""
        return str(
            self.one(
                "insert into participants (room_id, user_id, role) values (%s, %s, %s) returning peer_id",
                room,
                self.person(username),
                role,
            )
        )

    def signal(self, room: int, to_peer: str, kind: str, body: Any = None) -> int:
        """Signal as whoever is acting; the signal's id."""
        if body is None:
            body = {"type": kind, "sdp": "v=0"} if kind in ("offer", "answer") else {}
        return int(
            self.one(
                "insert into signals (room_id, to_peer, kind, body) values (%s, %s, %s, %s) returning id",
                room,
                to_peer,
                kind,
                Jsonb(body),
            )
        )

    def roster(self, room: int) -> list[str]:
        """Who is there, in join order."""
        return [
            name for (name,) in self.all("select username from roster where room_id = %s", room)
        ]

    def count(self, table: str) -> int:
        statement = sql.SQL("select count(*) from {}").format(sql.Identifier(table))
        row = self.connection.execute(statement).fetchone()
        assert row is not None
        return int(row[0])


@contextmanager
def refused(rule: str) -> Iterator[None]:
    """The database refuses, naming this rule."""
    with pytest.raises(psycopg.Error) as refusal:
        yield
    assert refusal.value.diag.constraint_name == rule, refusal.value


def notified(connection: psycopg.Connection[Any]) -> list[str]:
    """The payloads that this connection, which listens, was sent so far; one of our own comes after them all."""
    connection.execute("select pg_notify('roomtone', 'that was all')")
    return list(takewhile("that was all".__ne__, (n.payload for n in connection.notifies())))


@contextmanager
def waits_for(
    slow: Psql, other: Psql, statement: LiteralString, *values: Any
) -> Iterator[Future[Any]]:
    """The other runs this, and waits for a lock that the slow one's open transaction holds; the answer to come."""
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(other.one, statement, *values)
        waiting = (
            "select count(*) from pg_stat_activity where pid = %s and wait_event_type = 'Lock'"
        )
        pid, deadline = other.connection.info.backend_pid, time.monotonic() + PATIENCE
        slow.run("reset role")
        while slow.one(waiting, pid) == 0:
            assert time.monotonic() < deadline, "it never came to wait"
            slow.run("select pg_stat_clear_snapshot()")
        yield answer
