"""A relay as people run it: a process, that can be killed and started again on the same port."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any, Final

from .http_connection import UNREACHABLE, Exchange, Place, ask

STARTS_WITHIN: Final = 30.0  # seconds
STOPS_WITHIN: Final = 6.0  # seconds


def free_port() -> int:
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


class RelayProcess:
    """`roomtone serve` on a database that is there; `words` is the file with what it says."""

    def __init__(self, database_url: str, words: Path, **settings: Any) -> None:
        self.place = Place(free_port())
        self.words = words
        # what a relay is asked for here comes from one address, and as fast as it answers
        given = {
            "port": self.place.port,
            "requests_per_second": 10_000,
            "database_seconds": 1_000,
        } | settings
        # no media nodes beside it: nothing here carries audio by them, and they cost what others are to have
        self._flags = [
            "--no-nodes",
            *(
                word
                for name, value in given.items()
                for word in (f"--{name.replace('_', '-')}", str(value))
            ),
        ]
        self._environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("ROOMTONE_") and name != "DATABASE_URL"
        } | {"ROOMTONE_DATABASE_URL": database_url, "ROOMTONE_NODES": "off"}  # nobody talks here
        if (
            os.geteuid() == 0
        ):  # the process that is killed is the relay itself, and not its supervisor
            self._environment["ROOMTONE_RUN_AS"] = "root"
        self._process: asyncio.subprocess.Process | None = None
        self.serving = False
        self.started_at = 0.0

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Start it and wait until it is ready. Raises RuntimeError."""
        with self.words.open("ab") as words:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "roomtone", "serve", *self._flags),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                env=self._environment,
                start_new_session=True,  # Ctrl-C is for the drill, which then ends its relays
            )
        try:
            async with asyncio.timeout(STARTS_WITHIN):
                while not await self.ready():
                    if self._process.returncode is not None:
                        raise RuntimeError(f"a relay ended before it served:\n{self.said()}")
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise RuntimeError(f"a relay did not become ready:\n{self.said()}") from None
        self.serving, self.started_at = True, time.monotonic()

    async def ready(self) -> bool:
        """What `/ready` says."""
        try:
            return (await ask(self.place, "GET", "/ready")).status == 200
        except UNREACHABLE:
            return False

    async def metric(self, name: str) -> float:
        """A number from `/metrics`; 0 if it is not there."""
        exchange = await Exchange.begin(self.place, "GET", "/metrics", {})
        try:
            text = b"".join([chunk async for chunk in exchange.chunks()]).decode()
        finally:
            exchange.close()
        found = [line for line in text.splitlines() if line.startswith(f"{name} ")]
        return float(found[0].split()[1]) if found else 0.0

    async def kill(self) -> None:
        """SIGKILL: no goodbye to anybody."""
        self.serving = False
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def stop(self) -> None:
        """SIGTERM, and what comes after it when that is not enough."""
        self.serving = False
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            async with asyncio.timeout(STOPS_WITHIN):
                await self._process.wait()
        except TimeoutError:
            await self.kill()

    def said(self) -> str:
        return self.words.read_text(errors="replace")

    def errors(self) -> list[str]:
        """Lines that tell of a mistake in the program; trouble with the database is no mistake."""
        return [
            line
            for line in self.said().splitlines()
            if line.startswith(("Traceback", "Task ")) or " ERROR uvicorn" in line
        ]
