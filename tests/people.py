"""Users in a test, and what they would type in psql."""

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

from .patience import PATIENCE, eventually

Connection = psycopg.Connection[TupleRow]


class Psql:
    """A psql session of the operator, or of the user it acts as."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def one(self, statement: LiteralString, *values: Any) -> Any:
        """The first column of the first row; None if there is none."""
        row = self.connection.execute(statement, values).fetchone()
        return None if row is None else row[0]

    def all(self, statement: LiteralString, *values: Any) -> list[TupleRow]:
        return self.connection.execute(statement, values).fetchall()

    def run(self, statement: LiteralString, *values: Any) -> int:
        """The number of rows it touched."""
        return self.connection.execute(statement, values).rowcount

    def act_as(self, username: str | None) -> Psql:
        self.connection.execute("reset role")
        self.connection.execute("select act_as(%s)", (username,))
        return self

    def person(self, username: str) -> int:
        """The id of the user with this name, who is created if necessary."""
        known = "select id from users where username = %s"
        return int(
            self.one(
                f"select coalesce(({known}), (select id from sign_in(%s)))", username, username
            )
        )

    def person_id(self, username: str) -> int:
        """The id of an existing user, whoever is acting."""
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
        """Insert a seat by hand; returns its peer_id."""
        return str(
            self.one(
                "insert into participants (room_id, user_id, role) values (%s, %s, %s) returning peer_id",
                room,
                self.person(username),
                role,
            )
        )

    def signal(self, room: int, to_peer: str, kind: str, body: Any = None) -> int:
        """Signal as the acting user; returns the signal's id."""
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

    def grace_period_ends(self, username: str) -> None:
        """Wait until the grace period of this user, whose connection is lost, has begun, and let it be over."""
        user = self.person_id(username)
        lost = "select count(*) from participants where user_id = %s and expires_at is not null"
        eventually(lambda: self.one(lost, user))
        self.run(
            "update participants set expires_at = now() - interval '1 second' where user_id = %s and expires_at is not null",
            user,
        )

    def roster(self, room: int) -> list[str]:
        """The names of the participants, in join order."""
        return [
            name for (name,) in self.all("select username from roster where room_id = %s", room)
        ]

    def node(self, name: str, kind: str = "sfu", capacity: int = 2) -> str:
        """A media node that lives until `heartbeat_at` is set: a test may take longer than a heartbeat counts. The name of its user."""
        user = self.one("select username from node_register(%s, %s, %s)", name, kind, capacity)
        self._lives_on(name)
        return str(user)

    def beat(self, name: str) -> list[TupleRow]:
        """A heartbeat of this node, which lives as above and looks for misplaced rooms: the rooms and seats that it has."""
        self.run("update nodes set looked_at = null")
        found = self.all("select room_id, peer_id from node_heartbeat(%s)", name)
        self._lives_on(name)
        return found

    def _lives_on(self, node: str) -> None:
        self.run("update nodes set heartbeat_at = now() + interval '1 hour' where id = %s", node)

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
    """The payloads received so far by this connection, which must LISTEN. Its own notification marks the end."""
    connection.execute("select pg_notify('roomtone', 'end of payloads')")
    return list(takewhile("end of payloads".__ne__, (n.payload for n in connection.notifies())))


@contextmanager
def waits_for(
    slow: Psql, other: Psql, statement: LiteralString, *values: Any
) -> Iterator[Future[Any]]:
    """`other` runs this statement and waits for a lock of `slow`'s open transaction; yields its future answer."""
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(other.one, statement, *values)
        waiting = (
            "select count(*) from pg_stat_activity where pid = %s and wait_event_type = 'Lock'"
        )
        pid, deadline = other.connection.info.backend_pid, time.monotonic() + PATIENCE
        slow.run("reset role")
        while slow.one(waiting, pid) == 0:
            assert time.monotonic() < deadline, "it does not wait for the lock"
            slow.run("select pg_stat_clear_snapshot()")
        yield answer
