"""The start of a relay ends by itself, or at a signal, whatever the database does."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from roomtone import app
from roomtone.settings import Settings
from roomtone.supervision import NotStarted, Stop, starting

from ..conftest import Connect
from ..patience import PATIENCE, comes_true
from ..people import Psql
from ..running import patient

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def starting_relay(
    database_url: str, *options: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "roomtone", "--port", "0", "--database-url", database_url, "--run-as", "root", *options,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def stopped(process: asyncio.subprocess.Process) -> list[str]:
    """Send SIGTERM; returns the lines it wrote until it ended well."""
    process.send_signal(signal.SIGTERM)
    output, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0, output.decode()
    return output.decode().splitlines()


async def test_a_signal_ends_a_start_that_waits_for_a_lock(
    database_url: str, psql: Psql, connect: Connect
) -> None:
    blocker = connect(autocommit=False)
    blocker.execute("lock table secrets in access exclusive mode")
    patient = ("--lock-timeout", "3600", "--statement-timeout", "3600")
    async with starting_relay(database_url, *patient) as process:
        waiting = (
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
            " and application_name like 'roomtone relay%%'"
        )
        await comes_true(lambda: psql.one(waiting))
        lines = await stopped(process)
    blocker.rollback()
    assert lines[-1] == "stopped"
    assert not [line for line in lines if "Traceback" in line]


async def test_a_signal_ends_the_wait_for_a_server_that_accepts_and_says_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(PATIENCE)
        port = silent.getsockname()[1]
        async with starting_relay(f"postgresql://someone@127.0.0.1:{port}/roomtone") as process:
            connected, _ = await asyncio.to_thread(silent.accept)
            with connected:
                assert (await stopped(process))[-1] == "stopped"


async def test_a_start_that_waits_too_long_ends_by_itself(
    database_url: str, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "START_WITHIN", 1.0)
    blocker = connect(autocommit=False)
    blocker.execute("lock table secrets in access exclusive mode")

    settings = Settings(lock_timeout=3600, statement_timeout=3600)
    application = app.create_app(settings, database_url)
    with pytest.raises(NotStarted, match="not started within 1 seconds"):
        async with application.router.lifespan_context(application):
            pass
    blocker.rollback()


@pytest.mark.parametrize("limit", ["lock_timeout", "statement_timeout"])
async def test_a_start_outlasts_a_database_that_is_slow(
    database_url: str, connect: Connect, caplog: pytest.LogCaptureFixture, limit: str
) -> None:
    blocker = connect(autocommit=False)
    blocker.execute("lock table secrets in access exclusive mode")

    async def unlock() -> None:
        await comes_true(lambda: "the database is slow" in caplog.text)
        blocker.rollback()

    application = app.create_app(patient(**{limit: 0.5}), database_url)
    unlocking = asyncio.create_task(unlock())
    async with application.router.lifespan_context(application) as state:
        await unlocking
        assert state is not None
        assert await state["rows"].relation("rooms")


async def test_a_start_is_stopped_once_and_says_why() -> None:
    stop = Stop()
    asyncio.get_running_loop().call_soon(stop.requested.set)
    with pytest.raises(NotStarted, match="stopped while it was starting"):
        async with starting(stop, within=PATIENCE):
            await asyncio.Event().wait()
    with pytest.raises(NotStarted, match="not started"):
        async with starting(None, within=0.01):
            await asyncio.Event().wait()
    with pytest.raises(TimeoutError, match="another's"):
        async with starting(Stop(), within=PATIENCE):
            raise TimeoutError("another's")
