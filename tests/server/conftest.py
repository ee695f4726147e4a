"""What the tests of the HTTP side share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..conftest import Connect
from ..people import Psql
from .rows import World, run_world


@pytest.fixture
def world(database_url: str, connect: Connect) -> Iterator[World]:
    """A relay on a database of this test's own."""
    with run_world(database_url, Psql(connect())) as world:
        yield world
