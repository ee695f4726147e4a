"""A PostgreSQL that is killed loses what a crash loses, and starts again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import psutil
import psycopg
import pytest
from roomtone.tools import database_server
from roomtone.tools.database_server import DatabaseServer, has_ended

from ...patience import eventually

RUN: Final = """
import asyncio, sys
from pathlib import Path
from roomtone.tools.database_server import DatabaseServer
from roomtone.tools.processes import start

async def run():
    with DatabaseServer(empty=True) as server:
        other = await start(["sleep", "1000"], Path(sys.argv[1]), {})
        print(server.folder, server.pid, other.pid, flush=True)
        await asyncio.Event().wait()

asyncio.run(run())
"""


def test_a_killed_server_leaves_no_process_and_recovers() -> None:
    with DatabaseServer(durable=True, empty=True) as server:
        url = server.url("postgres")
        with psycopg.connect(url, autocommit=True) as psql:
            psql.execute("create table kept (n int)")
            psql.execute("create unlogged table lost (n int)")
            psql.execute("insert into lost values (1)")
            psql.execute("insert into kept values (1)")
            first = psutil.Process(server.pid)
            every = [first, *first.children(recursive=True)]
            assert len(every) > 1
            server.kill()
            assert all(map(has_ended, every))
        server.start()
        with psycopg.connect(url) as psql:
            # unlogged tables are emptied when it was not shut down in order (PostgreSQL manual, CREATE TABLE)
            found = psql.execute("select (select count(*) from kept), (select count(*) from lost)")
            assert found.fetchone() == (1, 0)


def test_what_a_killed_run_started_ends_with_it_and_its_postgresql_with_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_server, "FOLDERS", Path("/tmp"))  # where the other process has it
    command = [sys.executable, "-c", RUN, str(tmp_path / "log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        folder, *pids = run.stdout.readline().split()
        postgres, other = (psutil.Process(int(pid)) for pid in pids)
        with DatabaseServer(empty=True):
            assert postgres.is_running()  # not while its run goes on
        run.kill()
    eventually(lambda: not other.is_running())
    with DatabaseServer(empty=True):
        assert not postgres.is_running()
        assert not os.path.lexists(folder)
