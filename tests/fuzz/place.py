"""Where everything in test_interleavings.py happens: one relay, one database, and how people ask there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg

from ..people import Connection, Psql
from ..running import RunningRelay, run_relay
from .model import Refused

PEOPLE = ("anna", "ben", "cleo", "dov")


@dataclass
class Place:
    """What all examples share. `slow` is a second psql, for a transaction that stays open."""

    relay: RunningRelay
    psql: Psql
    slow: Psql
    ids: dict[str, int]
    tokens: dict[str, str]
    clients: dict[str, httpx.Client]

    def http(
        self, user: str, method: str, path: str, body: object = None, headers: Any = None
    ) -> Any:
        """What came of a request: the parsed answer, or the Refused it tells of."""
        content = None if body is None else json.dumps(body).encode()
        more = {"Content-Type": "application/json"} | (headers or {})
        answer = self.clients[user].request(method, path, content=content, headers=more)
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            return Refused(answer.json().get("rule") or answer.text)
        return answer.json() if answer.content else None

    def typed(self, user: str, statement: Any, *values: Any) -> Any:
        """What came of a statement in psql, typed by this user."""
        answer = typed(self.psql.act_as(user), statement, *values)
        self.psql.act_as(None)
        return answer


def typed(psql: Psql, statement: Any, *values: Any) -> Any:
    """What came of it: the first value, or the Refused it tells of."""
    try:
        cursor = psql.connection.execute(statement, values)
    except psycopg.Error as refusal:
        return Refused(refusal.diag.constraint_name or str(refusal))
    row = cursor.fetchone() if cursor.description else None
    return None if row is None else row[0]


@contextmanager
def open_place(url: str) -> Iterator[Place]:
    """A relay on this database in which no seat lapses, and four people signed in."""
    with ExitStack() as held:
        relay = held.enter_context(run_relay(url, grace=600, streams_per_user=1000))
        connections: list[Connection] = [
            held.enter_context(psycopg.connect(url, autocommit=True)) for _ in range(2)
        ]
        psql, slow = map(Psql, connections)
        tokens = {name: relay.token(name) for name in PEOPLE}
        clients = {name: held.enter_context(relay.client(tokens[name])) for name in PEOPLE}
        ids = {name: psql.person(name) for name in PEOPLE}
        yield Place(relay, psql, slow, ids, tokens, clients)
