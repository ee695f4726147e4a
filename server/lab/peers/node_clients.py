"""Clients that run in a process of Node: commands and answers are lines of JSON with a number."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, Final

from ...supervision import begin, stop
from ...tools.processes import end, start
from ...tools.worker import Broken
from .process import last_words

ANSWERS_WITHIN: Final = 60.0  # seconds
BETWEEN_CLOCKS: Final = time.time() - time.monotonic()
"""Seconds between them, looked at once: so two times of Node stay as far apart as they were."""


class NodeClients:
    """Several commands may be under way at the same time."""

    def __init__(
        self, command: Sequence[str], log_file: Path, environment: Mapping[str, str]
    ) -> None:
        self._command = command
        self._environment = environment
        self._log_file = log_file
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._ids = count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        self._process = await start(self._command, self._log_file, self._environment, pipes=True)
        self._reader = begin(self._read(self._process), "answers of Node")

    async def ask(self, do: str, **given: Any) -> Any:
        """The answer. Raises Broken."""
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._reader is not None
        if self._reader.done():
            raise self._ended()
        number = next(self._ids)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        self._process.stdin.write(json.dumps({"id": number, "do": do, **given}).encode() + b"\n")
        try:
            async with asyncio.timeout(ANSWERS_WITHIN):
                return await answer
        except TimeoutError:
            raise Broken(f"Node did not answer the command {do}") from None
        finally:
            self._waiting.pop(number, None)

    async def stop(self) -> None:
        if self._process is not None:
            await end(self._process)
        if self._reader is not None:
            await stop(self._reader)

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        try:
            while line := await process.stdout.readline():
                message = json.loads(line)
                waiting = self._waiting.get(message["id"])
                if waiting is not None and not waiting.done():
                    waiting.set_result(message["answer"])
        finally:  # however it ends: nobody is answered any more
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(self._ended())

    def _ended(self) -> Broken:
        return Broken(f"Node ended: {last_words(self._log_file)}")


def unix_time(monotonic: float) -> float:
    """Node's high-resolution clock, which is this system's monotonic one, as Unix time."""
    return monotonic + BETWEEN_CLOCKS
