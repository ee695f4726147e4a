"""The answer to a question that has one."""

from __future__ import annotations

from typing import Any

import psycopg


def single_value(connection: psycopg.Connection, statement: str, *values: object) -> Any:
    """The first column of the first row; None without a row. Raises psycopg errors."""
    row = connection.execute(statement.encode(), values).fetchone()
    return None if row is None else row[0]
