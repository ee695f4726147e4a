"""A database for the tests of the labs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from psycopg import sql
from roomtone.postgres.embedded import EmbeddedPostgres

from ...conftest import Connection


@pytest.fixture(scope="package")
def database(postgres: EmbeddedPostgres, admin: Connection, template: str) -> Iterator[str]:
    """The name of a database for the lab."""
    name = "test_lab"
    copy, original = sql.Identifier(name), sql.Identifier(template)
    admin.execute(sql.SQL("create database {} template {}").format(copy, original))
    yield name
    admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
