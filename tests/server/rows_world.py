"""A small world for the rows tests: a relay, three people and what they see of it over HTTP."""

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
    """`anna`, `rick` and `nobody` are HTTP clients; `psql` is the operator."""

    relay: RunningRelay
    psql: Psql
    anna: httpx.Client
    rick: httpx.Client
    nobody: httpx.Client

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
    """Serve this database and sign anna and rick in."""
    with (
        run_relay(database_url, **settings) as relay,
        relay.sign_in("anna") as anna,
        relay.sign_in("rick") as rick,
        relay.client() as nobody,
    ):
        yield World(relay, psql, anna, rick, nobody)


def problem(response: httpx.Response, status: int, code: str, rule: str | None = None) -> Any:
    """The problem a response tells, checked to be this one in every part a client relies on."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    told = response.json()
    assert (response.status_code, told["code"], told.get("rule")) == (status, code, rule), told
    assert told["status"] == status
    assert told["detail"] == told["message"]
    assert told.keys() >= {"type", "title", "details", "hint"}
    return told
