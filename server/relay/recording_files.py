"""The files of recordings: removes those whose recording was deleted, and measures those that a killed node has not finished.

The rows decide: a file goes when a row says that its recording was deleted, and never because no row names it. It may belong to
another database, or the database may be a copy, or have been restored. Every relay compares its folder with the rows when a
notification says that a recording was deleted, and once a minute. So no file stays for long after its recording, even if a
process stops in between.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from ..formats.ogg import FILE_NAME, seconds_of
from ..postgres.pools import Database
from ..supervision import Supervisor
from ..token_bucket import TokenBucket
from .periodic import every

END_EVERY: Final = 2.0  # seconds
REMOVE_EVERY: Final = 60.0  # seconds
AGAIN_AFTER: Final = 0.1  # seconds between two removals, besides the throttle
KEPT: Final = {
    False: "No recording of this database has them, so they are kept: they are another database's, or newer than a restored"
    " backup. Delete them yourself if they are no longer needed.",
    True: "Their recordings were deleted, but this database is a copy, and its original made them, so they are kept. If it has"
    " replaced the original, let it delete them: select roomtone.adopt_recordings();",
}
"""Why a file stays without a recording; True: it is the original's."""

log = logging.getLogger(__name__)


class RecordingFiles:
    """The files in `folder`, which need not exist. Recordings are kept for `keep` after their end, or for ever."""

    def __init__(self, database: Database, folder: Path, keep: timedelta | None = None) -> None:
        self.folder = folder
        self._database = database
        self._keep = keep
        self._deleted = asyncio.Event()
        self._deleted.set()  # some may have been deleted before this relay started
        self._throttle = TokenBucket(1, 3)
        self._reported: set[tuple[str, bool]] = set()

    def notified(self) -> None:
        """A notification said that a recording was deleted."""
        self._deleted.set()

    def start(self, tasks: Supervisor) -> None:
        """End overdue recordings and remove the files of deleted ones until the tasks end."""
        # Not at once: a start has enough to do, and what is overdue has waited.
        tasks.keep(partial(every, END_EVERY, self._end_overdue, at_once=False), "recordings")
        tasks.keep(
            partial(every, AGAIN_AFTER, self._remove_when_notified), "removal of recording files"
        )

    async def _end_overdue(self) -> None:
        async with self._database.relay() as connection:
            answer = await connection.execute(
                "select recording, file from roomtone.relay_maintain_recordings(%s)", (self._keep,)
            )
            for recording, name in await answer.fetchall():
                measured = await asyncio.to_thread(_measured, self.folder / name)
                if measured is not None:  # it may be in another relay's folder
                    await connection.execute(
                        "select roomtone.relay_set_recording_size(%s, %s, %s)",
                        (recording, *measured),
                    )

    async def _remove_when_notified(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(REMOVE_EVERY):
                await self._deleted.wait()
        await self._throttle.turn()
        self._deleted.clear()
        try:
            await self.remove_deleted()
        except BaseException:
            self._deleted.set()
            raise

    async def remove_deleted(self) -> None:
        """Remove the files whose recordings were deleted, or whose room was. Report others that belong to no recording."""
        names = await asyncio.to_thread(_names, self.folder)
        if not names:
            return
        async with self._database.relay() as connection:
            answer = await connection.execute(
                "select gone from roomtone.relay_deleted_recordings(%s) gone", (names,)
            )
            gone = [str(name) for (name,) in await answer.fetchall()]
            answer = await connection.execute(
                "select file, of_original from roomtone.relay_kept_recordings(%s)", (names,)
            )
            kept = {(str(name), bool(of_original)) for name, of_original in await answer.fetchall()}
        await asyncio.to_thread(_remove, self.folder, gone)
        for of_original, why in KEPT.items():
            new = [name for name, kind in kept - self._reported if kind is of_original]
            if new:
                log.warning(
                    "%s: files such as %s (%d in all). %s", self.folder, min(new), len(new), why
                )
        self._reported = kept


def _names(folder: Path) -> list[str]:
    """Those that the database gives. Other files in the folder are never touched."""
    try:
        return [path.name for path in folder.iterdir() if FILE_NAME.fullmatch(path.name)]
    except FileNotFoundError:
        return []  # nothing was ever recorded here
    except OSError as error:
        log.warning("the folder of recordings could not be listed: %s", error)
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
