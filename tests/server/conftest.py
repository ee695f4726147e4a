"""What the tests of the HTTP side share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..people import Psql
from ..running import RunningRelay, run_relay
from .rows_world import World, run_world


@pytest.fixture
def relay(database_url: str) -> Iterator[RunningRelay]:
    """A relay on a database of this test's own, where an unfollowed seat is given up after a second."""
    with run_relay(database_url, grace=1.0) as running:
        yield running


@pytest.fixture
def room(psql: Psql) -> int:
    """An open room whose host is away."""
    return psql.room("rick")


@pytest.fixture
def world(database_url: str, psql: Psql) -> Iterator[World]:
    """A relay on a database of this test's own, and people who ask it things."""
    with run_world(database_url, psql) as world:
        yield world
