"""Run the schema's files in the transaction of an installation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import psycopg
from psycopg import errors, pq

from .interruptible import results
from .preflight import InstallError, Roles
from .schema_files import SqlFile
from .statement_lines import error_line


class SchemaError(InstallError):
    """One of the files was refused. Nothing of the installation is in the database."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")
        self.file = file
        self.line = line
        self.message = message


def run_all(connection: psycopg.Connection, roles: Roles, files: Sequence[SqlFile]) -> None:
    """In the schema's own search path, also where its first file, which sets it, has not changed."""
    if files:
        connection.execute("set local search_path = roomtone, pg_temp")
    for file in files:
        _run(connection, replace(file, text=roles.put_into(file.text)))


def _run(connection: psycopg.Connection, file: SqlFile) -> None:
    """Send the whole file as one query string (PostgreSQL manual, 54.2.2.1)."""
    connection.pgconn.send_query(file.text.encode())
    done, failed = 0, None
    for result in results(connection.pgconn):
        if result.status == pq.ExecStatus.FATAL_ERROR:
            failed = failed or errors.error_from_result(result)
        elif failed is None:
            done += 1
    if failed is not None:
        message = failed.diag.message_primary or str(failed)
        raise SchemaError(file.name, error_line(file.text, failed.diag, done), message) from failed
