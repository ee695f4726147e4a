"""A relay and a room, for peers in Python."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ...people import Psql
from ...running import RunningRelay, run_relay


@pytest.fixture
def relay(database_url: str) -> Iterator[RunningRelay]:
    with run_relay(database_url, demo=True, root_path="/talk") as running:
        yield running


@pytest.fixture
def room(psql: Psql) -> int:
    """An open room whose host is away."""
    return psql.room("host", "Den")
