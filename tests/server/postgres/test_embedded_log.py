"""The embedded server's log: what is in it, and how much."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from roomtone.postgres.account import account_for
from roomtone.postgres.embedded import EmbeddedPostgres
from roomtone.postgres.embedded_log import EACH_KB, FOLDER, KEPT, EmbeddedLog

from ...patience import PATIENCE

SECRET = "whispered"


def words(postgres: EmbeddedPostgres) -> str:
    data = postgres.data_dir / "postgres"
    files = [*(data / FOLDER).iterdir(), *data.glob("*.log")]
    return "\n".join(path.read_text("utf-8") for path in files)


def test_the_log_quotes_nothing_that_clients_sent(open_dir: Path) -> None:
    with EmbeddedPostgres(open_dir / "data", durable=False) as postgres:
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            connection.execute(
                "create table notes (id int primary key, note text check (note <> 'whispered'))"
            )
            wrong: list[tuple[str, tuple[object, ...]]] = [
                ("insert into notes values (1, %s)", (SECRET,)),  # DETAIL: the failing row
                ("select %s::int", (SECRET,)),  # the message itself quotes it
                ("select %s::json", (f'{{"{SECRET}"',)),  # CONTEXT
                (f"select 1 / 0 as {SECRET}", ()),  # STATEMENT
                (f"do $$ begin raise exception '{SECRET}'; end $$", ()),
                (f"do $$ begin raise warning '{SECRET}'; end $$", ()),
            ]
            for statement, values in wrong:
                with suppress(psycopg.Error):
                    connection.execute(statement.encode(), values)
            # a server process that dies is a line of the server's own, whose DETAIL quotes the statement
            os.kill(connection.info.backend_pid, 11)
            with pytest.raises(psycopg.OperationalError):
                connection.execute(f"select pg_sleep(20) as {SECRET}".encode())
        deadline = time.monotonic() + PATIENCE
        while "terminated by signal 11" not in words(postgres):
            assert time.monotonic() < deadline, words(postgres)
            time.sleep(0.05)
        assert SECRET not in words(postgres)


def test_the_log_is_bounded(open_dir: Path) -> None:
    with EmbeddedPostgres(open_dir / "data", durable=False) as postgres:
        with psycopg.connect(postgres.url) as connection:
            shown = {
                name: connection.execute(f"show {name}".encode()).fetchone()
                for name in ("logging_collector", "log_rotation_size")
            }
            assert shown == {"logging_collector": ("on",), "log_rotation_size": ("1MB",)}
        data = postgres.data_dir / "postgres"
        for second in range(20):
            (data / FOLDER / f"roomtone-20200101-0000{second:02}.log").write_text("old\n")
        EmbeddedLog(data).prune()
        left = sorted(path.name for path in (data / FOLDER).iterdir())
        assert len(left) == KEPT
        assert not left[-1].startswith("roomtone-2020")  # the one being written
    assert EACH_KB * KEPT < 10_000


def test_the_log_of_an_older_release_is_removed(open_dir: Path) -> None:
    with EmbeddedPostgres(open_dir / "data", durable=False) as postgres:
        old = postgres.data_dir / "postgres" / "roomtone.log"
    old.write_text(SECRET)
    account = account_for(old.parent)
    os.chown(old, account.uid, account.gid)
    with EmbeddedPostgres(open_dir / "data", durable=False):
        assert not old.exists()
