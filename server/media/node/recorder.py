"""What the room's log says of recordings becomes a file: begun when the countdown is over, finished when it ends.

The rows decide, this follows them: which recording runs is in the log, into which file and from when the database tells.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import psycopg

from ...backoff import backoff
from ...supervision import begin
from ..mixing import OnMix
from ..opus import Samples
from .ogg_writer import OggWriter, RecordingFailed

TOLD_TRIES: Final = 5  # times a node tells how long a file is; a relay looks for itself otherwise

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Begun:
    """Write into the file of this name; without one, ask again after `wait` seconds."""

    file: str | None
    wait: float


class Ledger(Protocol):
    """The rows of recordings, as the node that writes one may change them. Raises psycopg errors."""

    async def recording_begins(self, recording: int) -> Begun | None: ...

    async def recording_moves(self, recording: int) -> bool: ...

    async def recording_ended(
        self, recording: int, seconds: float, size: int, failure: str | None
    ) -> None: ...


class Recorder:
    """One room's. `record` is the `Sfu`'s or `Mcu`'s; `folder` is where files lie."""

    def __init__(
        self, ledger: Ledger, folder: Path | None, record: Callable[[OnMix | None], None]
    ) -> None:
        self._ledger = ledger
        self._folder = folder
        self._record = record
        self._announced: int | None = None
        self._ended = asyncio.Event()
        self._news = asyncio.Event()
        self._writing: asyncio.Task[None] | None = None

    def see(self, running: Mapping[str, Any] | None) -> None:
        """This recording runs in the room, or none does."""
        self._news.set()  # the countdown may be another than it was
        recording = None if running is None or running["ended_at"] else int(running["id"])
        if recording == self._announced:
            return
        self._ended.set()
        self._announced, self._ended = recording, asyncio.Event()
        if recording is not None:
            after, ended = self._writing, self._ended
            self._writing = begin(self._run(recording, ended, after), "recording")

    def hear(self, record: Mapping[str, Any] | None, old_record: Mapping[str, Any] | None) -> None:
        """An event of the table `recordings`."""
        changed = record or old_record
        if changed is None:
            return
        if record is not None and not record["ended_at"]:
            self.see(record)
        elif changed["id"] == self._announced:
            self.see(None)

    async def room_gone(self) -> None:
        """The room is not ours any more: stop at once, unless it is going on elsewhere and some are still on their way."""
        if self._announced is None:
            return
        try:
            moves = await self._ledger.recording_moves(self._announced)
        except psycopg.Error:
            moves = False
        if not moves:
            self.see(None)

    async def close(self) -> None:
        """Finish what is written."""
        self.see(None)
        if self._writing is not None:
            await self._writing

    async def _run(
        self, recording: int, ended: asyncio.Event, after: asyncio.Task[None] | None
    ) -> None:
        """Write this recording until `ended`, once the one before it is finished."""
        if after is not None:
            await after
        try:
            begun = await self._begin(recording, ended)
            if begun is not None and begun.file is not None:
                await self._write(recording, begun.file, ended)
        except Exception:
            # A recording that fails is nothing that anybody's conversation stops for.
            log.exception("recording %s failed", recording)

    async def _begin(self, recording: int, ended: asyncio.Event) -> Begun | None:
        """Wait for the countdown; None if there is nothing to write (any more)."""
        attempt = 0
        while not ended.is_set():
            self._news.clear()
            try:
                begun = await self._ledger.recording_begins(recording)
            except psycopg.Error as error:
                log.warning("recording %s cannot begin yet: %s", recording, error)
                await _either(self._news, backoff(attempt))
                attempt += 1
                continue
            if begun is None or begun.file is not None:
                return begun
            await _either(self._news, begun.wait)
        return None

    async def _write(self, recording: int, name: str, ended: asyncio.Event) -> None:
        if self._folder is None:
            await self._tell(recording, 0, 0, "its node has no folder to write to")
            return
        try:
            path = self._folder / Path(name).name
            file = await asyncio.to_thread(OggWriter, path, make_folder=True)
        except RecordingFailed as error:
            log.error("recording %s: %s", recording, error)
            await self._tell(recording, 0, 0, "its file could not be written")
            return

        def mixed(tick: int, samples: Samples, opus: bytes) -> None:
            try:
                file.write(tick, opus)
            except RecordingFailed:
                ended.set()

        self._record(mixed)
        try:
            await ended.wait()
        finally:
            self._record(None)
            await asyncio.to_thread(file.close)
            failure = None
            if file.failed is not None:
                failure = f"the disk was full, gone or too slow: {file.lost:.1f} s are lost"
                log.error("recording %s: %s (%s)", recording, failure, file.failed)
            await self._tell(recording, file.seconds, file.size, failure)

    async def _tell(self, recording: int, seconds: float, size: int, failure: str | None) -> None:
        for attempt in range(TOLD_TRIES):
            try:
                await self._ledger.recording_ended(recording, seconds, size, failure)
            except psycopg.Error as error:
                log.warning("the end of recording %s could not be told: %s", recording, error)
                await asyncio.sleep(backoff(attempt))
            else:
                return


async def _either(event: asyncio.Event, seconds: float) -> None:
    """Until the event, or for so many seconds."""
    try:
        async with asyncio.timeout(max(0.0, seconds)):
            await event.wait()
    except TimeoutError:
        pass
