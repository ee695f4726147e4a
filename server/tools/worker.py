"""Workers: processes that execute commands of the run, so that what they cost is measured alone.

A command is a line of JSON on the worker's standard input, `{"do": method, …arguments}`; its result is a line on its standard output.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import uvloop

from .processes import PYTHON, running

ANSWERS_WITHIN = 180.0
"""Seconds beyond what a command takes by itself: a process whose core is full answers late, and that is a result of the run."""


class Broken(Exception):
    """A process of the run did not execute a command; the text says which and why."""


class Worker:
    """The parent's side."""

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self.name = name
        self._process = process
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ask(self, do: str, *, within: float = ANSWERS_WITHIN, **arguments: Any) -> Any:
        """The result of a command. Raises Broken."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        async with self._turn:
            try:
                self._process.stdin.write(json.dumps({"do": do, **arguments}).encode() + b"\n")
                async with asyncio.timeout(within):
                    await self._process.stdin.drain()
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
async def worker(name: str, module: str, log_file: Path) -> AsyncIterator[Worker]:
    """`python -m module`, which calls `execute_commands`."""
    async with running((*PYTHON, module), log_file, {}, pipes=True) as process:
        yield Worker(name, process)


class Commands(Protocol):
    """Its methods are the commands; their results are returned as JSON."""

    async def close(self) -> None: ...


def execute_commands(make: Callable[[], Commands]) -> None:
    """The worker's side: execute commands until the input ends; an error is answered with `{"error": words}`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent process
    logging.basicConfig(level=os.environ.get("ROOMTONE_LOG_LEVEL", "error").upper())
    logging.getLogger("aiortc").setLevel(logging.CRITICAL)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_execute(make))


async def _execute(make: Callable[[], Commands]) -> None:
    commands = make()
    try:
        async for arguments in _lines():
            do = arguments.pop("do")
            try:
                answer = await getattr(commands, do)(**arguments)
            except Exception as error:  # noqa: BLE001 - the error is the answer
                answer = {"error": f"{type(error).__name__}: {error}"}
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
    finally:
        await commands.close()


async def _lines() -> AsyncIterator[dict[str, Any]]:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield json.loads(line)
