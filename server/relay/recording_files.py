"""The folder where recordings lie: what the rows have given up is taken off it, and what a killed node left is measured.

The rows are the truth. Every relay looks at the folder it can see, when a bell says that a recording was deleted and now and
then anyway: so whatever stops in between, no file outlives its recording for long.
"""

from __future__ import annotations

import asyncio
import logging
import re
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from ..formats.ogg import seconds_of
from ..postgres.notifications import Throttle
from ..postgres.pools import Database
from ..supervision import Supervisor
from .periodic import every

TEND_EVERY: Final = 2.0  # seconds
SWEEP_EVERY: Final = 60.0  # seconds
AGAIN_AFTER: Final = 0.1  # seconds; a sweep that failed waits for its turn besides
A_FILE: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{36}\.ogg")
"""Names that the database gives; whatever else somebody put there is not ours to touch."""

log = logging.getLogger(__name__)


class Shelf:
    """One relay's view of the folder, which need not exist. Recordings are kept so long after their end, or for ever."""

    def __init__(self, database: Database, folder: Path, keep: timedelta | None = None) -> None:
        self.folder = folder
        self._database = database
        self._keep = keep
        self._deleted = asyncio.Event()
        self._deleted.set()  # some may have been while nobody looked
        self._throttle = Throttle(1, 3)

    def rung(self) -> None:
        """A bell said that a recording was deleted."""
        self._deleted.set()

    def start(self, tasks: Supervisor) -> None:
        """Tend the recordings until the tasks end."""
        tasks.keep(partial(every, TEND_EVERY, self._tend), "recordings")
        tasks.keep(partial(every, AGAIN_AFTER, self._sweep_when_told), "sweep of recordings")

    async def _tend(self) -> None:
        async with self._database.relay() as connection:
            answer = await connection.execute(
                "select recording, file from roomtone.relay_maintain_recordings(%s)", (self._keep,)
            )
            for recording, name in await answer.fetchall():
                measured = await asyncio.to_thread(_measured, self.folder / name)
                if measured is not None:  # another relay may have it
                    await connection.execute(
                        "select roomtone.relay_set_recording_size(%s, %s, %s)",
                        (recording, *measured),
                    )

    async def _sweep_when_told(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(SWEEP_EVERY):
                await self._deleted.wait()
        await self._throttle.turn()
        self._deleted.clear()
        try:
            await self.sweep()
        except BaseException:
            self._deleted.set()
            raise

    async def sweep(self) -> None:
        """Remove the files whose recordings are deleted, or gone with their room."""
        names = await asyncio.to_thread(_names, self.folder)
        if not names:
            return
        async with self._database.relay() as connection:
            answer = await connection.execute(
                "select gone from roomtone.relay_deleted_recordings(%s) gone", (names,)
            )
            gone = [str(name) for (name,) in await answer.fetchall()]
        await asyncio.to_thread(_remove, self.folder, gone)


def _names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir() if A_FILE.fullmatch(path.name)]
    except FileNotFoundError:
        return []  # nothing was ever recorded here
    except OSError as error:
        log.warning("the recordings could not be looked through: %s", error)
        return []


def _measured(path: Path) -> tuple[float, int] | None:
    """Seconds and bytes of a file, if it is here."""
    try:
        return seconds_of(path), path.stat().st_size
    except FileNotFoundError:
        return None
    except OSError as error:
        log.warning("a recording could not be read: %s", error)
        return None


def _remove(folder: Path, names: list[str]) -> None:
    for name in names:
        try:
            (folder / name).unlink(missing_ok=True)
        except OSError as error:
            log.warning("a deleted recording could not be removed: %s", error)
