"""Every process ends in good order at SIGHUP, which a terminal sends that is closed; under nohup it stays."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from ..conftest import Connect
from ..patience import PATIENCE, eventually
from ..people import Psql
from ..running import RunningRelay, get, run_relay

ROOMTONE = (sys.executable, "-m", "roomtone")


@contextmanager
def started(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ROOMTONE_")}
    with subprocess.Popen([*command], text=True, env=clean, **options) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture(autouse=True)
def hangup() -> Iterator[None]:
    """Processes inherit it if these tests run under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def processes(psql: Psql) -> list[tuple[object, ...]]:
    """Those that have a lease. One that is killed leaves it."""
    return psql.all("select kind from nodes order by 1")


def test_relays_end_with_their_terminal(psql: Psql, database_url: str) -> None:
    terminal, inside = pty.openpty()
    relay = (*ROOMTONE, "--port", "0", "--no-nodes", "--workers", "2", "--database-url", database_url)  # fmt: skip
    streams = {"stdin": inside, "stdout": inside, "stderr": inside}
    with started(("setsid", "--ctty", "--wait", *relay), **streams) as process:
        os.close(inside)
        eventually(lambda: processes(psql) == [("relay",), ("relay",)])
        os.close(terminal)
        process.wait(PATIENCE)
        eventually(lambda: processes(psql) == [])


@contextmanager
def node(database_url: str, module: str, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A media node: the command, or as relays start it."""
    words = ["node", "sfu", "--database-url", database_url] if module == "roomtone" else []
    command = [sys.executable, "-m", module, *words]
    with started(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, **options) as process:
        assert process.stdin is not None
        config = {"url": database_url, "settings": {}, "kind": "sfu", "recordings": "/nowhere"}
        process.stdin.write(json.dumps(config) + "\n")
        process.stdin.flush()
        yield process


@pytest.mark.parametrize("module", ["roomtone", "roomtone.media.node"])
def test_media_nodes_end_at_a_hangup(psql: Psql, database_url: str, module: str) -> None:
    with node(database_url, module) as process:
        eventually(lambda: processes(psql) == [("sfu",)])
        process.send_signal(signal.SIGHUP)
        assert process.wait(PATIENCE) == 0
        assert processes(psql) == []


WAITING = (
    "select pid from pg_stat_activity where wait_event_type = 'Lock' and query ~ 'node_heartbeat'"
)
"""The first heartbeat, and perhaps another: a process renews its lease when it begins to listen."""


@pytest.mark.parametrize("module", ["roomtone", "roomtone.media.node"])
def test_a_heartbeat_that_waits_at_a_hangup_is_finished_before_the_lease_ends(
    psql: Psql, connect: Connect, database_url: str, module: str
) -> None:
    """Cancelled twice, it would cost its connection, and on a busy machine there might be no time to make another."""
    with node(database_url, module, stderr=subprocess.PIPE) as process:
        eventually(lambda: processes(psql) == [("sfu",)])
        locking = connect(autocommit=False)
        locking.execute("lock nodes in exclusive mode")
        eventually(lambda: psql.all(WAITING))
        waiting = {*psql.all(WAITING)}
        process.send_signal(signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
        assert waiting <= {*psql.all(WAITING)}
        locking.commit()
        assert process.wait(PATIENCE) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
        assert processes(psql) == []


def test_under_nohup_a_relay_stays_at_a_hangup(database_url: str) -> None:
    flags = ("--port", "0", "--run-as", "root") if os.geteuid() == 0 else ("--port", "0")
    relay = (*ROOMTONE, *flags, "--no-nodes", "--database-url", database_url)
    with started(("nohup", *relay), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        url = next(line for line in lines if "open at" in line).split()[-1]
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGHUP)
        assert get(f"{url}ready").status_code == 200
        process.terminate()
        assert process.wait(PATIENCE) == 0


def bots(psql: Psql) -> list[tuple[object, ...]]:
    return psql.all("select username from roster where kind = 'bot'")


def a_bot(way: str, relay: RunningRelay, database_url: str, room: int) -> tuple[str, ...]:
    where = relay.url if way == "--url" else database_url
    return (*ROOMTONE, "bot", "--room", str(room), way, where)


@pytest.mark.parametrize("way", ["--url", "--database-url"])
def test_bots_leave_at_a_hangup_and_stay_under_nohup(
    psql: Psql, database_url: str, way: str
) -> None:
    room = psql.room("rick")
    with run_relay(database_url, demo=True) as relay:
        command = a_bot(way, relay, database_url, room)
        with started(command, stdout=subprocess.PIPE) as bot:
            eventually(lambda: bots(psql) == [("a listener",)])
            bot.send_signal(signal.SIGHUP)
            assert bot.wait(PATIENCE) == 0
            assert bots(psql) == [], "it leaves its seat, which does not expire"
        with started(("nohup", *command), stdout=subprocess.PIPE) as bot:
            eventually(lambda: bots(psql) == [("a listener",)])
            bot.send_signal(signal.SIGHUP)
            psql.run("update rooms set ended_at = now() where id = %s", room)
            assert bot.wait(PATIENCE) == 0
            assert bot.stdout is not None
            assert "the room has ended" in bot.stdout.read()


JOINS = "select from pg_stat_activity where wait_event_type = 'Lock' and query ~ 'join_room'"


@pytest.mark.parametrize("way", ["--url", "--database-url"])
def test_bots_that_a_signal_stops_while_they_join_leave_the_seat_they_get(
    psql: Psql, connect: Connect, database_url: str, way: str
) -> None:
    room = psql.room("rick")
    with run_relay(database_url, demo=True) as relay:
        locking = connect(autocommit=False)
        locking.execute("lock participants in share mode")
        with started(a_bot(way, relay, database_url, room), stdout=subprocess.PIPE) as bot:
            eventually(lambda: psql.all(JOINS))
            bot.send_signal(signal.SIGTERM)
            with pytest.raises(subprocess.TimeoutExpired):
                bot.wait(0.5)
            locking.commit()
            assert bot.wait(PATIENCE) == 0
        assert bots(psql) == []
