"""Fixtures of the server's tests."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from roomtone.relay import hallway_windows
from roomtone.tools.database_server import OPERATOR

from ..people import Psql
from ..running import RunningRelay, run_relay
from .rows_world import World, run_world


@pytest.fixture
def relay(database_url: str) -> Iterator[RunningRelay]:
    """A relay on a database of this test."""
    with run_relay(database_url) as running:
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
def world(database_url: str, psql: Psql) -> Iterator[World]:
    """A relay on a database of this test, with users who send requests."""
    with run_world(database_url, psql) as world:
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
