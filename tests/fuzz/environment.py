"""The environment of test_interleavings.py: one relay, one database, and how users send requests to them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
from roomtone.tools.database_server import OPERATOR

from ..people import Connection, Psql
from ..running import RunningRelay, run_relay
from .model import Refused

USERS = ("anna", "ben", "cleo", "dov")


@dataclass
class Environment:
    """Shared by all examples. `slow` is a second psql session, for a transaction that stays open."""

    relay: RunningRelay
    psql: Psql
    slow: Psql
    ids: dict[str, int]
    tokens: dict[str, str]
    clients: dict[str, httpx.Client]

    def http(
        self, user: str, method: str, path: str, body: object = None, headers: Any = None
    ) -> Any:
        """Send a request; returns the parsed answer, or the Refused that it reports."""
        content = None if body is None else json.dumps(body).encode()
        more = {"Content-Type": "application/json"} | (headers or {})
        answer = self.clients[user].request(method, path, content=content, headers=more)
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            return Refused(answer.json().get("rule") or answer.text)
        return answer.json() if answer.content else None

    def in_psql(self, user: str, statement: Any, *values: Any) -> Any:
        """Run a statement in psql as this user; returns as `run` does."""
        answer = run(self.psql.act_as(user), statement, *values)
        self.psql.act_as(None)
        return answer


def run(psql: Psql, statement: Any, *values: Any) -> Any:
    """Run a statement; returns the first value, or the Refused that it reports."""
    try:
        cursor = psql.connection.execute(statement, values)
    except psycopg.Error as refusal:
        return Refused(refusal.diag.constraint_name or str(refusal))
    row = cursor.fetchone() if cursor.description else None
    return None if row is None else row[0]


@contextmanager
def open_environment(url: str) -> Iterator[Environment]:
    """A relay on this database with a grace period that no test outlasts, and four users signed in."""
    with ExitStack() as held:
        relay = held.enter_context(run_relay(url, grace=600, streams_per_user=1000))
        connections: list[Connection] = [
            held.enter_context(psycopg.connect(url, **OPERATOR)) for _ in range(2)
        ]
        psql, slow = map(Psql, connections)
        tokens = {name: relay.token(name) for name in USERS}
        clients = {name: held.enter_context(relay.client(tokens[name])) for name in USERS}
        ids = {name: psql.person(name) for name in USERS}
        yield Environment(relay, psql, slow, ids, tokens, clients)
