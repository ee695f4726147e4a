"""The command `roomtone`, run as a process."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from roomtone import __version__

from ...conftest import Connect, NewDatabase
from ...patience import PATIENCE, eventually, running_time
from ...running import get

STOP = 5.0  # seconds in which it must stop, unless the machine is so busy that starting took longer

ROOMTONE = [sys.executable, "-m", "roomtone"]
BARE = {name: value for name, value in os.environ.items() if not name.startswith("ROOMTONE_")}


@dataclass
class Run:
    """A running command, and its output."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)
    took: float = 0.0  # seconds until the first line that was waited for

    def until(self, pattern: str) -> re.Match[str]:
        """Read until a line matches. Fails at the end of the output."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            found = re.search(pattern, line)
            if found is not None:
                self.took = self.took or time.monotonic() - self.started
                return found
        raise AssertionError(f"ended without {pattern!r}: {self.lines}")

    def address(self) -> str:
        return self.until(r"open at (http://\S+/)")[1]

    def stops(self, number: signal.Signals) -> bool:
        """Send the signal. Whether the process ended in time."""
        with running_time() as ending:
            self.process.send_signal(number)
            rest, _ = self.process.communicate(timeout=2 * PATIENCE)
        self.lines += rest.splitlines()
        return ending() < max(STOP, self.took)


Start = Callable[..., Run]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start `roomtone` with these arguments. It is ended after the test."""
    runs: list[Run] = []

    def run(*arguments: str | Path, **environment: str) -> Run:
        process = subprocess.Popen(
            [*ROOMTONE, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=BARE | {"ROOMTONE_BAND": "off", "ROOMTONE_NODES": "off"} | environment,
        )
        runs.append(Run(process))
        return runs[-1]

    yield run
    for started in runs:
        if started.process.poll() is None:
            started.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                started.process.wait(PATIENCE)
            started.process.kill()
        with suppress(
            subprocess.TimeoutExpired
        ):  # a process that it left running keeps its output open
            started.process.communicate(timeout=PATIENCE)


def said(*arguments: str | Path) -> tuple[int, str]:
    """Exit status and output of a command that ends by itself."""
    done = subprocess.run(
        [*ROOMTONE, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=PATIENCE,
        env=BARE,
    )
    return done.returncode, done.stdout


def test_everything_starts_serves_and_stops_with_one_command(open_dir: Path, start: Start) -> None:
    data = open_dir / "data"
    run = start("--port", "0", "--data-dir", data)
    address = run.address()
    hint = run.until(r"^psql: (.+)")[1]
    assert "<!doctype html>" in get(address).text.lower()
    assert get(f"{address}ready").status_code == 200
    assert hint.endswith(f"roomtone psql --data-dir {data}")

    status, shown = said("psql", "--data-dir", data, "-Atc", "select count(*) from hallway")
    assert (status, shown) == (0, "12\n")

    status, shown = said("--port", "0", "--data-dir", data)
    assert status == 1
    assert f"(process {run.process.pid} at {address.rstrip()})" in shown
    assert "Traceback" not in shown

    with httpx.stream("GET", f"{address}hallway/events", timeout=PATIENCE) as stream:
        lines = stream.iter_lines()  # kept, because httpx closes a stream whose iterator is gone
        assert next(lines)
        assert run.stops(signal.SIGTERM)
    assert run.process.returncode == 0
    assert run.lines[-1] == "stopped"
    assert not any("Traceback" in line or "ERROR" in line for line in run.lines)

    again = start("--port", "0", "--data-dir", data)
    again.address()
    assert "preparing a new database" not in again.lines
    assert "installing the schema" not in again.lines
    assert again.stops(signal.SIGINT)
    assert again.process.returncode == 0

    status, shown = said("psql", "--data-dir", data)
    assert status == 1
    assert "is not running" in shown


def test_a_stop_while_starting_leaves_nothing_running(open_dir: Path, start: Start) -> None:
    run = start("--port", "0", "--data-dir", open_dir / "data")
    run.until("installing the schema")
    assert run.stops(signal.SIGTERM)
    assert run.process.returncode == 0
    assert not (open_dir / "data" / "postgres" / "postmaster.pid").exists()


def test_a_port_in_use_is_named(open_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, shown = said("--port", str(port), "--data-dir", open_dir / "data")
    assert status == 1
    assert f"port {port} of 127.0.0.1: address already in use" in shown
    assert "Traceback" not in shown


def test_an_address_that_this_machine_does_not_have_is_named(open_dir: Path) -> None:
    status, shown = said("--host", "nowhere.invalid", "--data-dir", open_dir / "data")
    assert status == 1
    assert "'nowhere.invalid'" in shown
    assert "Traceback" not in shown


def test_a_data_directory_that_is_a_file_is_refused(open_dir: Path) -> None:
    (open_dir / "file").touch()
    status, shown = said("--data-dir", open_dir / "file" / "data")
    assert status == 1
    assert "Traceback" not in shown


def test_another_database_is_used_with_the_rights_of_the_relay_only(
    empty_database_url: str, connect: Connect, start: Start
) -> None:
    run = start("--port", "0", "--database-url", empty_database_url, ROOMTONE_EDGE_AFTER="7")
    address = run.address()
    assert get(f"{address}ready").status_code == 200
    hint = run.until(r"^psql: (.+)")[1]
    assert "--database-url" in hint
    operator = connect(empty_database_url)
    seen = operator.execute(
        "select count(*) from pg_stat_activity where datname = current_database()"
        " and application_name like 'roomtone relay%'"
    )
    assert seen.fetchone() != (0,)
    # The number of listeners before an edge is written into the database.
    kept = "select edge_after from roomtone.topology_sizes"
    assert operator.execute(kept).fetchall() == [(7,)]
    assert run.stops(signal.SIGTERM)
    run = start("--port", "0", "--database-url", empty_database_url)
    run.address()
    assert operator.execute(kept).fetchall() == [(7,)], "not given, it stays"
    # A relay's own login may not change it, and reads who may, and how.
    url = make_conninfo(empty_database_url, user="roomtone_relay")
    status, shown = said("--port", "0", "--database-url", url, "--edge-after", "0")
    assert status == 1
    assert "roomtone_relay may not change" in shown
    assert "Traceback" not in shown
    operator.execute(re.search("insert into .*;", shown)[0].encode())  # type: ignore[index]
    assert operator.execute(kept).fetchall() == [(0,)]
    status, shown = said("--port", "0", "--database-url", url, "--edge-after", "-1")
    assert (status, "edge-after" in shown) == (2, True)


def test_several_relays_share_one_port_and_one_that_dies_is_replaced(
    database_url: str, connect: Connect, start: Start
) -> None:
    run = start("--port", "0", "--workers", "2", "--database-url", database_url)
    address = run.address()
    connection = connect(database_url)

    def nodes() -> set[str]:
        found = connection.execute("select id from nodes where kind = 'relay'").fetchall()
        return {str(row[0]) for row in found}

    eventually(lambda: len(nodes()) >= 2)
    before = nodes()
    victim = children(run.process.pid)[-1]
    os.kill(victim, signal.SIGKILL)
    run.until("starting another")
    eventually(lambda: bool(nodes() - before))
    assert get(f"{address}live").status_code == 200
    run.process.send_signal(signal.SIGINT)
    assert run.stops(signal.SIGTERM)
    assert run.process.returncode == 0


def test_relays_end_when_the_process_that_started_them_is_killed(
    new_database: NewDatabase, template: str, connect: Connect, start: Start
) -> None:
    database_url = new_database(template)
    run = start("--port", "0", "--workers", "2", "--database-url", database_url)
    run.address()
    connection = connect(database_url)

    def connected() -> int:
        row = connection.execute(
            "select count(*) from pg_stat_activity where datname = current_database()"
            " and pid <> pg_backend_pid()"
        ).fetchone()
        return int(row[0]) if row is not None else 0

    eventually(lambda: connected() > 0)
    run.process.kill()
    eventually(lambda: connected() == 0)


def test_installing_is_a_command_of_its_own(empty_database_url: str) -> None:
    status, shown = said("install", "--database-url", empty_database_url)
    assert (status, shown.splitlines()[-1]) == (
        0,
        f"The schema is now that of Roomtone {__version__}.",
    )
    status, shown = said("install", "--database-url", empty_database_url)
    assert (status, shown.splitlines()[-1]) == (
        0,
        f"The schema already was that of Roomtone {__version__}.",
    )
    with psycopg.connect(empty_database_url) as connection:
        assert connection.execute("select count(*) from roomtone.rooms").fetchone() == (0,)


def test_the_schema_is_printed_without_connecting() -> None:
    status, shown = said("sql")
    assert status == 0
    assert shown.index("-- schema/00_") < shown.index("-- triggers/")
    assert "-- schema/demo/" not in shown


def test_an_unknown_command_is_refused() -> None:
    status, shown = said("nonsense")
    assert status == 2
    assert "No such command 'nonsense'" in shown


def children(pid: int) -> list[int]:
    """The process's children, oldest first (proc(5)); multiprocessing's tracker is the first."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
