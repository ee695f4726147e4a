"""The users, room and club, in one database for all tests of a module; each test is rolled back."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from roomtone.tools.database_server import OPERATOR

from ..conftest import Connection
from ..people import Psql
from .world import World, make


@pytest.fixture(scope="module")
def connection(standing_database_url: str) -> Iterator[Connection]:
    with psycopg.connect(standing_database_url, **OPERATOR) as opened:
        yield opened


@pytest.fixture(scope="module")
def world(connection: Connection) -> World:
    return make(Psql(connection))
