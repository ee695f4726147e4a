"""A pump as a process that can be killed, frozen and thawed."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Final

from .processes import ROOMTONE, end, kill, start

ELECTED: Final = "this pump is elected"


class PumpProcess:
    """`roomtone pump`; `log_file` receives its output."""

    def __init__(self, database_url: str, bus_url: str, log_file: Path) -> None:
        self.log_file = log_file
        self._environment = {
            "ROOMTONE_DATABASE_URL": database_url,
            "ROOMTONE_BUS_URL": bus_url,
            "ROOMTONE_LOG_LEVEL": "info",
        }
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._process = await start((*ROOMTONE, "pump"), self.log_file, self._environment)

    @property
    def elections(self) -> int:
        """How often it was elected."""
        return self.log_file.read_text(errors="replace").count(ELECTED)

    async def kill(self) -> None:
        assert self._process is not None
        await kill(self._process)

    def freeze(self) -> None:
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGCONT)

    async def stop(self) -> None:
        if self._process is not None:
            await end(self._process)
