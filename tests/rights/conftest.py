"""The users, room and club, in one database for all tests of a module; each test is rolled back."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from roomtone.postgres.embedded import EmbeddedPostgres
from roomtone.postgres.programs import socket_url
from roomtone.tools.database_server import OPERATOR

from ..conftest import Connection
from ..people import Psql
from .world import World, make


@pytest.fixture(scope="module")
def connection(
    postgres: EmbeddedPostgres, admin: Connection, template: str
) -> Iterator[Connection]:
    admin.execute(f"create database rights template {template}".encode())
    url = socket_url(postgres.sockets, database="rights")
    with psycopg.connect(url, **OPERATOR) as opened:
        yield opened
    admin.execute("drop database rights")


@pytest.fixture(scope="module")
def world(connection: Connection) -> World:
    return make(Psql(connection))
