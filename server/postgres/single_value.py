"""The answer to a question that has one."""

from __future__ import annotations

from typing import Any

import psycopg


def single_value(
    connection: psycopg.Connection, statement: str, *values: object, prepare: bool | None = None
) -> Any:
    """The first column of the first row; None without a row. `prepare` as psycopg has it. Raises psycopg errors."""
    row = connection.execute(statement.encode(), values, prepare=prepare).fetchone()
    return None if row is None else row[0]
