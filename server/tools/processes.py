"""Processes of a run: started with it, and ended with it, however it ends."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Final

import psutil

from ..parent_death import ends_with_parent
from .waiting import bounded

STOPS_WITHIN: Final = 30.0  # seconds; a relay takes five, and longer where the machine stands still
PYTHON: Final = (sys.executable, "-m")
ROOMTONE: Final = (*PYTHON, "roomtone")

_numbers = count()


def installed(program: str) -> str | None:
    """Where this program is, if it is installed. Debian's servers are in a folder that is only in root's PATH."""
    return shutil.which(program) or shutil.which(program, path="/usr/sbin")


def free_port() -> int:
    """A port of loopback, free for TCP and UDP. The kernel gives it to no other process: it chooses from 32768 on (ip(7)).

    Until a process listens there, another call would find it free, too: so none looks at it twice, and processes look in different places.
    """
    for number in _numbers:
        port = 20_000 + (97 * os.getpid() + number) % 12_000
        with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
            try:
                stream.bind(("127.0.0.1", port))
                datagrams.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise AssertionError("the numbers have no end")


async def start(
    command: Sequence[str], log_file: Path, environment: Mapping[str, str], *, pipes: bool = False
) -> asyncio.subprocess.Process:
    """Start it without the settings of this process; `log_file` receives its output, with `pipes` only its errors.

    If this process is killed, the kernel ends it (where setpriv is installed): so call this in the thread that lives as long as the process.
    """
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("ROOMTONE_") and name != "DATABASE_URL"
    }
    with log_file.open("ab") as log:
        return await asyncio.create_subprocess_exec(
            *ends_with_parent("TERM"),  # KILL would leave what it started itself
            *command,
            stdin=asyncio.subprocess.PIPE if pipes else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE if pipes else log,
            stderr=log,
            env={**inherited, **environment},
            limit=1 << 24,
            start_new_session=True,  # Ctrl-C is for the command, which then ends its processes
        )


async def end(process: asyncio.subprocess.Process) -> None:
    """Close its input or send SIGTERM, and SIGKILL after `STOPS_WITHIN`."""
    if process.returncode is not None:
        return
    if process.stdin is not None:
        process.stdin.close()
    else:
        process.terminate()
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(STOPS_WITHIN):
                await process.wait()
    finally:
        if process.returncode is None:
            await kill(process)


async def kill(process: asyncio.subprocess.Process) -> None:
    """SIGKILL, and wait for its end. Raises TimeoutError."""
    process.kill()
    async with bounded(f"the end of the killed process {process.pid}"):
        await process.wait()


@asynccontextmanager
async def running(
    command: Sequence[str], log_file: Path, environment: Mapping[str, str], *, pipes: bool = False
) -> AsyncIterator[asyncio.subprocess.Process]:
    """`start` it, and `end` it with the block."""
    process = await start(command, log_file, environment, pipes=pipes)
    try:
        yield process
    finally:
        await end(process)


@asynccontextmanager
async def node(
    kind: str, database_url: str, log_file: Path, *flags: str
) -> AsyncIterator[psutil.Process]:
    """A media node on this database: `roomtone node`, as people run it."""
    command = (*ROOMTONE, "node", kind, *flags)
    async with running(command, log_file, {"DATABASE_URL": database_url}) as process:
        yield psutil.Process(process.pid)
