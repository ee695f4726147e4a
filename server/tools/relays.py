"""A relay as a process that can be killed and started again on the same port."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from .http import UNREACHABLE, ask
from .network import Place
from .processes import ROOMTONE, end, free_port, kill, start
from .waiting import PATIENCE

STARTS_WITHIN: Final = 60.0  # seconds
BUG: Final = re.compile(r"^(Traceback.*\n( .*\n)*.*|Task .*|.* ERROR uvicorn.*)$", re.MULTILINE)
PATIENT: Final[Mapping[str, float]] = {
    # all requests come from a single address, as fast as they are answered
    "requests_per_second": 10_000,
    "database_seconds": 1_000,
    "new_users_per_hour": 1_000_000,
    # a busy machine may stand still for seconds, which is no fault of what it runs
    "lock_timeout": PATIENCE,
    "pool_timeout": PATIENCE,
    "statement_timeout": PATIENCE,
}
"""Limits that only a fault reaches. A drill of a limit sets that one itself."""


class RelayProcess:
    """`roomtone serve` on an existing database; `log_file` receives its output."""

    def __init__(self, database_url: str, log_file: Path, **settings: Any) -> None:
        self.log_file = log_file
        given: dict[str, Any] = {"port": free_port(), **PATIENT, **settings}
        self.place = Place(int(given["port"]))
        # no media nodes: they would take processor time from the relay
        flags = [_flag(name.replace("_", "-"), value) for name, value in given.items()]
        self._command = (*ROOMTONE, "serve", "--no-nodes", *flags)
        self._environment = {
            "ROOMTONE_DATABASE_URL": database_url,
            "ROOMTONE_NODES": "off",
            "ROOMTONE_PUMP": "off",  # a drill starts its own
        }
        if os.geteuid() == 0:  # so that the relay itself is killed, not its supervisor
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
        self._process = await start(self._command, self.log_file, self._environment)
        try:
            async with asyncio.timeout(STARTS_WITHIN):
                while not await self.ready():
                    if self._process.returncode is not None:
                        raise RuntimeError(f"a relay ended before it served:\n{self.log_text()}")
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise RuntimeError(f"a relay did not become ready:\n{self.log_text()}") from None
        self.serving, self.started_at = True, time.monotonic()

    @property
    def ended(self) -> bool:
        """By itself, or killed."""
        return self._process is not None and self._process.returncode is not None

    async def ready(self) -> bool:
        """Whether `/ready` answers 200."""
        try:
            return (await ask(self.place, "GET", "/ready")).status == 200
        except UNREACHABLE:
            return False

    async def metric(self, name: str) -> float:
        """A number from `/metrics`; 0 if it is not there."""
        text = (await ask(self.place, "GET", "/metrics")).content.decode()
        found = [line for line in text.splitlines() if line.startswith(f"{name} ")]
        return float(found[0].split()[1]) if found else 0.0

    async def kill(self) -> None:
        """SIGKILL: connections are cut off."""
        self.serving = False
        if self._process is not None and self._process.returncode is None:
            await kill(self._process)

    async def stop(self) -> None:
        self.serving = False
        if self._process is not None:
            await end(self._process)

    def log_text(self) -> str:
        return self.log_file.read_text(errors="replace")

    def errors(self) -> list[str]:
        """What the log says of bugs: whole tracebacks, and other lines. Errors of the database are expected."""
        return [found[0] for found in BUG.finditer(self.log_text())]


def _flag(name: str, value: object) -> str:
    if isinstance(value, bool):
        return f"--{name}" if value else f"--no-{name}"
    return f"--{name}={value}"
