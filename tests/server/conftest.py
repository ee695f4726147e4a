"""Fixtures of the server's tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from roomtone.relay import hallway_windows
from roomtone.tools.database_server import OPERATOR

from ..databases import Databases
from ..people import Psql
from ..running import RunningRelay, run_relay
from .rows_world import World, people_of, run_world
from .shared_relay import Lent, SharedRelay


@pytest.fixture(scope="module")
def relay_settings() -> dict[str, Any]:
    """The settings of `relay`; a file or folder may have its own."""
    return {}


@pytest.fixture(scope="module")
def shared_relay(
    databases: Databases, template: str, relay_settings: dict[str, Any]
) -> Iterator[SharedRelay]:
    """What lends the relay of a file with `pytest.mark.shares_a_relay`."""
    shared = SharedRelay(databases, template, relay_settings)
    yield shared
    shared.close()


@pytest.fixture
def lent(request: pytest.FixtureRequest) -> Iterator[Lent | None]:
    """The file's relay for this test, if it wants one; a test that starts relays itself has a database of its own."""
    if request.node.get_closest_marker("shares_a_relay") and "relay" in request.fixturenames:
        shared: SharedRelay = request.getfixturevalue("shared_relay")
        yield (used := shared.lend())
        shared.take_back(used)
    else:
        yield None


@pytest.fixture
def database_url(lent: Lent | None, request: pytest.FixtureRequest) -> str:
    """A database with the schema and no rows."""
    return str(request.getfixturevalue("database_url")) if lent is None else lent.url


@pytest.fixture
def relay(
    lent: Lent | None, database_url: str, relay_settings: dict[str, Any]
) -> Iterator[RunningRelay]:
    """A relay on this test's database."""
    if lent is not None:
        yield lent.relay
    else:
        with run_relay(database_url, **relay_settings) as running:
            yield running


@pytest.fixture(scope="module")
def standing_relay(standing_database_url: str) -> Iterator[RunningRelay]:
    """One for all tests of a file, of which none depends on what another one left: to start a relay costs more than most requests."""
    with run_relay(standing_database_url) as running:
        yield running


@pytest.fixture
def room(psql: Psql) -> int:
    """An open room whose host has no session."""
    return psql.room("rick")


@pytest.fixture
def world(relay: RunningRelay, psql: Psql) -> Iterator[World]:
    """The relay, with users who send requests."""
    with people_of(relay, psql) as world:
        yield world


@pytest.fixture(scope="module")
def standing_world(standing_database_url: str) -> Iterator[World]:
    """As `standing_relay`."""
    with (
        psycopg.connect(standing_database_url, **OPERATOR) as connection,
        run_world(standing_database_url, Psql(connection)) as world,
    ):
        yield world


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few places in everybody's window, and a high rate, so that a test needs few rooms and little time."""
    monkeypatch.setattr(hallway_windows, "BUSIEST", 3)
    monkeypatch.setattr(hallway_windows, "SOONEST", 2)
    monkeypatch.setattr(hallway_windows, "PUBLIC_RATE", 100)
    monkeypatch.setattr(hallway_windows, "OWN_RATE", 100)
    monkeypatch.setattr("roomtone.relay.hallway.MOVE_EVERY", 1)
    monkeypatch.setattr("roomtone.relay.hallway.SEND_EVERY", 0.02)
