"""One server of a lane: a process on a port of loopback that can be killed and started again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil

from ...tools.network import Place
from ...tools.processes import end, kill, start
from ...tools.waiting import until
from .refusals import CannotStart

STARTS_WITHIN: Final = 30.0  # seconds
LAST_WORDS: Final = (
    800  # characters of a log; what Node says of an error ends with hundreds about where it was
)
NOTHING: Final[Mapping[str, str]] = {}


def last_words(log_file: Path) -> str:
    """What a program wrote last, LAST_WORDS characters at most."""
    return log_file.read_text(errors="replace")[-LAST_WORDS:].strip() or "it said nothing"


class Process:
    """It has started when it accepts connections at `place`."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log_file: Path,
        place: Place,
        environment: Mapping[str, str] = NOTHING,
    ) -> None:
        self._name = name
        self._command = command
        self._log_file = log_file
        self._place = place
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Raises CannotStart."""
        self._process = await start(self._command, self._log_file, self._environment)
        process = self._process

        async def answers() -> bool:
            if process.returncode is not None:
                return True
            try:
                _, writer = await asyncio.open_connection(self._place.host, self._place.port)
            except OSError:
                return False
            writer.close()
            return True

        if not await until(answers, STARTS_WITHIN) or process.returncode is not None:
            raise CannotStart(f"{self._name} did not start", words=self.last_words)

    @property
    def last_words(self) -> str:
        """The end of its log."""
        return last_words(self._log_file)

    async def kill(self) -> None:
        """With the processes below it, such as nginx's workers, which would go on."""
        if self._process is None or self._process.returncode is not None:
            return
        below = psutil.Process(self._process.pid).children(recursive=True)
        await kill(self._process)
        for child in below:
            with suppress(psutil.NoSuchProcess):
                child.kill()

    @property
    def ended(self) -> bool:
        """By itself, or killed."""
        return self._process is not None and self._process.returncode is not None

    async def stop(self) -> None:
        if self._process is not None:
            await end(self._process)
