"""The rights matrix holds in a database that PostgreSQL's own programs restored from an older server into a new one.

The roles are not in a dump, so `pg_restore` skips every right and policy; the installation gives them back. That those of columns
and functions are the same is what `tests/server/postgres/test_restored.py` compares; tables are tried here, because PostgreSQL
writes the expressions of policies in another way after a restore.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from roomtone.postgres.embedded import EmbeddedPostgres
from roomtone.postgres.install import install
from roomtone.postgres.programs import bin_dir
from roomtone.tools.database_server import OPERATOR

from ..conftest import Connection
from ..data_folder import data_folder
from ..older_server import OlderPostgres
from .test_matrix import (
    test_everybody_may_do_to_a_table_what_the_file_says,
    test_the_relay_takes_only_the_two_roles_of_users,
)

__all__ = [
    "test_everybody_may_do_to_a_table_what_the_file_says",
    "test_the_relay_takes_only_the_two_roles_of_users",
]


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    """Overrides the database of the other tests of rights."""
    folder = Path(tempfile.mkdtemp(prefix="roomtone-rights-", dir=data_folder()))
    folder.chmod(0o711)
    dump = str(folder / "dump")
    try:
        with OlderPostgres(folder / "older") as older:
            install(older.url, demo=False)
            command = [str(older.bin / "pg_dump"), "--format=custom", f"--file={dump}", older.url]
            subprocess.run(command, check=True, timeout=300)
        with EmbeddedPostgres(folder / "new", durable=False) as new:
            restored = subprocess.run(
                [str(bin_dir() / "pg_restore"), f"--dbname={new.url}", dump],
                capture_output=True, text=True, check=False, timeout=300,
            )  # fmt: skip
            assert 'role "roomtone_person" does not exist' in restored.stderr
            assert install(new.url, demo=False).restored
            with psycopg.connect(new.url, **OPERATOR) as opened:
                yield opened
    finally:
        shutil.rmtree(folder, ignore_errors=True)
