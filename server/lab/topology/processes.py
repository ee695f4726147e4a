"""The lab's own processes: crowds of people and media nodes, started with the run and ended with it, however it ends."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import psutil

STOPS_WITHIN: Final = 5.0  # seconds
STARTS_WITHIN: Final = 30.0


class Broken(Exception):
    """A process of the lab did not execute a command; the text says which and why."""


class Helper:
    """A process that answers each line of JSON with another."""

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self.name = name
        self._process = process
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ask(self, do: str, *, within: float = 60.0, **told: Any) -> Any:
        """What it answers. Raises Broken."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        async with self._turn:
            try:
                self._process.stdin.write(json.dumps({"do": do, **told}).encode() + b"\n")
                await self._process.stdin.drain()
                async with asyncio.timeout(within):
                    line = await self._process.stdout.readline()
            except (OSError, TimeoutError) as error:
                raise Broken(f"{self.name} did not answer the command {do}") from error
        if not line:
            raise Broken(f"{self.name} ended during the command {do}")
        answer = json.loads(line)
        if isinstance(answer, dict) and "error" in answer:
            raise Broken(f"{self.name} could not {do}: {answer['error']}")
        return answer


@asynccontextmanager
async def helper(name: str, module: str, words: Path) -> AsyncIterator[Helper]:
    """`python -m roomtone.lab.topology.<module>`; what it has to say goes to the file `words`."""
    async with _process(["-m", f"{__package__}.{module}"], words, pipes=True) as process:
        yield Helper(name, process)


@asynccontextmanager
async def node(kind: str, database_url: str, words: Path) -> AsyncIterator[psutil.Process]:
    """`roomtone node`, as people run it, on this database."""
    arguments = ["-m", "roomtone", "node", kind, "--capacity", "10000"]
    async with _process(arguments, words, DATABASE_URL=database_url) as process:
        yield psutil.Process(process.pid)


@asynccontextmanager
async def _process(
    arguments: list[str], words: Path, *, pipes: bool = False, **environment: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("ROOMTONE_") and name != "DATABASE_URL"
    }
    with words.open("ab") as said:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, *arguments),
            stdin=asyncio.subprocess.PIPE if pipes else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE if pipes else said,
            stderr=said,
            env=kept | environment,
            limit=1 << 24,
            start_new_session=True,  # Ctrl-C is for the lab, which then ends them
        )
    try:
        yield process
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    if process.stdin is not None:
        process.stdin.close()
    else:
        process.terminate()
    try:
        async with asyncio.timeout(STOPS_WITHIN):
            await process.wait()
    except (TimeoutError, asyncio.CancelledError):
        process.kill()
        await process.wait()
