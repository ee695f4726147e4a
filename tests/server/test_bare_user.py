"""A container may run as a user id that is no account: without a name, and without a home directory."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from roomtone import paths

from .. import namespaces
from ..patience import PATIENCE
from ..running import get

pytestmark = pytest.mark.anyio

BARE = "4242"
"""No account of this machine. Its files are those of the user who runs the tests (user_namespaces(7))."""


@asynccontextmanager
async def roomtone(*flags: str | Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """The command as this user id."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ROOMTONE_", "PG")) and name not in ("HOME", "USER", "LOGNAME")
    }
    apart = ("--user", f"--map-user={BARE}", f"--map-group={BARE}")
    namespaces.require(*apart)
    process = await asyncio.create_subprocess_exec(
        *("unshare", *apart),
        *(sys.executable, "-m", "roomtone", "--port", "0", *map(str, flags)),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env=kept | {"PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def output(process: asyncio.subprocess.Process) -> str:
    """All it wrote until it ended by an error."""
    text, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 1
    return text.decode()


@asynccontextmanager
async def over_tcp(url: str) -> AsyncIterator[str]:
    """The database at a port: only its own account may enter the folder of its socket."""
    parts = conninfo_to_dict(url)
    path = Path(str(parts["host"])) / f".s.PGSQL.{parts['port']}"

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(path)
        await asyncio.gather(_pass_on(reader, back), _pass_on(there, writer))

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield make_conninfo("", host="127.0.0.1", port=port, dbname=parts["dbname"])


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()


async def test_it_serves_a_database_that_is_named_with_a_user(database_url: str) -> None:
    async with over_tcp(database_url) as url:
        named = make_conninfo(url, user="postgres")
        async with roomtone("--database-url", named, "--no-nodes") as process:
            assert process.stdout is not None
            async with asyncio.timeout(PATIENCE):
                lines = [line.decode() async for line in _until(process.stdout, b"open at")]
            ready = await asyncio.to_thread(get, f"{lines[-1].split()[-1]}ready")
            assert ready.status_code == 200
        async with roomtone("--database-url", url) as process:
            assert f"names no user, and the user id {BARE}" in await output(process)


async def _until(stream: asyncio.StreamReader, words: bytes) -> AsyncIterator[bytes]:
    async for line in stream:
        yield line
        if words in line:
            return


async def test_a_new_database_of_its_own_is_refused_with_what_to_do(tmp_path: Path) -> None:
    async with roomtone("--data-dir", tmp_path / "data") as process:
        text = await output(process)
    assert f"user id {BARE} has no entry in /etc/passwd" in text
    assert "--database-url" in text
    assert "Traceback" not in text


def test_without_a_home_the_data_is_where_root_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 4242)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    for homeless in (None, Path("/")):
        monkeypatch.setattr(paths, "home", lambda found=homeless: found)
        assert paths.default_data_dir() == paths.ROOT_DATA
    monkeypatch.setattr(paths, "home", lambda: Path("/home/anna"))
    assert paths.default_data_dir() != paths.ROOT_DATA
