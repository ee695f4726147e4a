"""The refusal of a write while the database accepts none, for example in a failover."""

from __future__ import annotations

import psycopg


class DatabaseIsReadOnly(psycopg.OperationalError):
    """The database accepts no writes now. It says so itself, so this ends when it accepts them again. Nothing was changed."""

    sqlstate = "25006"

    def __init__(self) -> None:
        super().__init__("the database is read-only at the moment")
