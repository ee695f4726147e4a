"""A command of the operator that asks the database one thing."""

from __future__ import annotations

from typing import Final, LiteralString

import click
import psycopg
from psycopg import errors
from psycopg.rows import TupleRow

from ..postgres.login import login, place
from ..postgres.preflight import no_roomtone
from ..settings import Settings
from .outcome import expected_errors
from .psql import running_database

MISSING: Final = (
    errors.InsufficientPrivilege,
    errors.InvalidSchemaName,
    errors.UndefinedFunction,
    errors.UndefinedTable,
)
"""What PostgreSQL says where there is no Roomtone, or to a login without rights on it."""


def ask_database(settings: Settings, statement: LiteralString, *values: object) -> TupleRow:
    """The row that this statement returns, by the operator's login. Raises ClickException for what the database refuses."""
    url = running_database(settings)
    try:
        with expected_errors(), login(url) as connection:
            try:
                row = connection.execute(statement, values).fetchone()
            except MISSING as error:
                if error.diag.constraint_name is None:  # not one of our rules
                    raise no_roomtone(connection, place(url)) from None
                raise
    except psycopg.Error as error:
        said = error.diag.message_primary or str(error).strip()
        raise click.ClickException(
            ". ".join(filter(None, (said, error.diag.message_hint)))
        ) from None
    assert row is not None
    return row
