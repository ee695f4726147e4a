"""The other side of `processes.py`: a process that executes commands, one per line, until its input ends."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol

import uvloop


class Commands(Protocol):
    """Its methods are the commands; their results are returned as JSON."""

    async def close(self) -> None: ...


def obey(make: Callable[[], Commands]) -> None:
    """Make one and execute commands: `{"do": method, …arguments}`, each answered, an error with `{"error": words}`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent process
    logging.basicConfig(level=os.environ.get("ROOMTONE_LOG_LEVEL", "error").upper())
    logging.getLogger("aiortc").setLevel(logging.CRITICAL)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_obey(make))


async def _obey(make: Callable[[], Commands]) -> None:
    commands = make()
    try:
        async for told in _lines():
            do = told.pop("do")
            try:
                answer = await getattr(commands, do)(**told)
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
