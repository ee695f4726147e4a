"""A relay with two users and an anonymous one, for the tests of rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from ..people import Psql
from ..running import RunningRelay, run_relay


@dataclass
class World:
    """`anna`, `rick` and `anonymous` are HTTP clients; `psql` is the operator."""

    relay: RunningRelay
    psql: Psql
    anna: httpx.Client
    rick: httpx.Client
    anonymous: httpx.Client

    def room(self, name: str = "Tea", host: str = "rick") -> int:
        return self.psql.room(host, name)

    def club(self, name: str, owner: str = "rick") -> int:
        return int(
            self.psql.one(
                "insert into clubs (name, owner_id) values (%s, %s) returning id",
                name,
                self.psql.person(owner),
            )
        )


@contextmanager
def run_world(database_url: str, psql: Psql, **settings: Any) -> Iterator[World]:
    """Serve this database, and sign in anna and rick."""
    with run_relay(database_url, **settings) as relay, people_of(relay, psql) as world:
        yield world


@contextmanager
def people_of(relay: RunningRelay, psql: Psql) -> Iterator[World]:
    """Sign in anna and rick."""
    with (
        relay.sign_in("anna") as anna,
        relay.sign_in("rick") as rick,
        relay.client() as anonymous,
    ):
        yield World(relay, psql, anna, rick, anonymous)


def problem(response: httpx.Response, status: int, code: str, rule: str | None = None) -> Any:
    """The problem of a response. Checks every part that clients use."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    reply = response.json()
    assert (response.status_code, reply["code"], reply.get("rule")) == (status, code, rule), reply
    assert reply["status"] == status
    assert reply["detail"] == reply["message"]
    assert reply.keys() >= {"type", "title", "details", "hint"}
    return reply
