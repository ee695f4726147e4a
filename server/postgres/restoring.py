"""Restore a dump with pg_restore and psql, in one transaction."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from .preflight import Roles
from .programs import bin_dir, without_password
from .schema_files import schema_files

ROLES: Final = "schema/00_database/10_roles.sql"
FIRST_LINES: Final = 40  # before any row; pg_restore sets its session there
NOT_BEFORE_17: Final = b"SET transaction_timeout = 0;\n"


def restore_dump(url: str, dump: Path, roles: Roles, server_version: int) -> str | None:
    """Restore it into a database without the schema. None, or why nothing was restored.

    The roles come first, because policies name them. Rights are left to the installation: the dump may name other roles, which are
    not here. Owner is who restores.
    """
    target, password = without_password(url)
    environment = os.environ | password
    with tempfile.TemporaryFile() as failures:
        psql = subprocess.Popen(
            [str(bin_dir() / "psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-", target],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=failures,
        )  # fmt: skip
        pg_restore = subprocess.Popen(
            [str(bin_dir() / "pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(dump)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=failures,
        )  # fmt: skip
        assert psql.stdin is not None
        assert pg_restore.stdout is not None
        with suppress(BrokenPipeError):  # psql ends at the first error
            _copy(pg_restore.stdout, psql.stdin, roles, older=server_version < 170000)
            if pg_restore.wait() == 0:  # the dump is complete
                psql.stdin.write(b"\ncommit;\n")
            psql.stdin.flush()
        pg_restore.stdout.close()
        with suppress(BrokenPipeError):
            psql.stdin.close()
        if pg_restore.wait() == 0 and psql.wait() == 0:
            return None
        psql.wait()
        failures.seek(0)
        said = failures.read().decode(errors="replace").splitlines()
        return next((line for line in said if "ERROR" in line or "error" in line), "\n".join(said))


def _copy(source: IO[bytes], target: IO[bytes], roles: Roles, *, older: bool) -> None:
    (text,) = (file.text for file in schema_files() if file.name == ROLES)
    # That file makes the schema, too, and the dump makes it again.
    start = f"begin;\nset client_min_messages = warning;\n{roles.put_into(text)}\ndrop schema roomtone;\n"
    target.write(start.encode())
    for _ in range(FIRST_LINES):
        line = source.readline()
        if not (older and line == NOT_BEFORE_17):
            target.write(line)
    shutil.copyfileobj(source, target)
