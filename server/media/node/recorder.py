"""Writes a room's recordings to files, from the end of the countdown to the end of the recording.

The database decides: the room's log says which recording runs, and a function says when it begins and which file it has.
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
from .ogg_writer import OggWriter, RecordingFailed, why

REPORT_TRIES: Final = 5
"""Attempts to write a file's length; if all fail, a relay reads it from the file."""


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Begun:
    """Write to the file of this name; without a name, ask again after `wait` seconds."""

    file: str | None
    wait: float


class RecordingRows(Protocol):
    """The functions of the database that a node calls for a recording. They raise psycopg errors."""

    async def recording_begins(self, recording: int) -> Begun | None: ...

    async def recording_moves(self, recording: int) -> bool: ...

    async def recording_ended(
        self, recording: int, seconds: float, size: int, failure: str | None
    ) -> None: ...


class Recorder:
    """Records one room. `consume` is the method of its `Sfu` or `Mcu`; files are written to `folder`."""

    def __init__(
        self,
        rows: RecordingRows,
        folder: Path | None,
        consume: Callable[[OnMix], Callable[[], None]],
    ) -> None:
        self._rows = rows
        self._folder = folder
        self._consume = consume
        self._announced: int | None = None
        self._ended = asyncio.Event()
        self._changed = asyncio.Event()
        self._writing: asyncio.Task[None] | None = None

    @property
    def running(self) -> int | None:
        """The id of the recording that is announced or runs in the room; None if there is none."""
        return self._announced

    def update(self, running: Mapping[str, Any] | None) -> None:
        """The recording that is announced or runs in the room now; None if there is none."""
        self._changed.set()  # the countdown may have changed
        recording = None if running is None or running["ended_at"] else int(running["id"])
        if recording == self._announced:
            return
        self._ended.set()
        self._announced, self._ended = recording, asyncio.Event()
        if recording is not None:
            previous, ended = self._writing, self._ended
            self._writing = begin(self._run(recording, ended, previous), "recording")

    def apply(self, record: Mapping[str, Any] | None, old_record: Mapping[str, Any] | None) -> None:
        """Apply an event of the table `recordings`."""
        changed = record or old_record
        if changed is None:
            return
        if record is not None and not record["ended_at"]:
            self.update(record)
        elif changed["id"] == self._announced:
            self.update(None)

    async def room_gone(self) -> None:
        """The room is no longer hosted here. Stop, unless another node continues the recording: participants are still moving there."""
        if self._announced is None:
            return
        try:
            moves = await self._rows.recording_moves(self._announced)
        except psycopg.Error:
            moves = False
        if not moves:
            self.update(None)

    async def close(self) -> None:
        """End the recording, and finish its file."""
        self.update(None)
        if self._writing is not None:
            await self._writing

    async def _run(
        self, recording: int, ended: asyncio.Event, previous: asyncio.Task[None] | None
    ) -> None:
        """Write this recording until `ended`, after the previous one is finished."""
        if previous is not None:
            await previous
        try:
            begun = await self._begin(recording, ended)
            if begun is not None and begun.file is not None:
                await self._write(recording, begun.file, ended)
        except Exception:
            # The conversation continues when its recording fails.
            log.exception("recording %s failed", recording)

    async def _begin(self, recording: int, ended: asyncio.Event) -> Begun | None:
        """Wait for the end of the countdown; None if there is nothing to write."""
        attempt = 0
        while not ended.is_set():
            self._changed.clear()
            try:
                begun = await self._rows.recording_begins(recording)
            except psycopg.Error as error:
                log.warning("recording %s cannot begin yet: %s", recording, error)
                await _wait_for(self._changed, backoff(attempt))
                attempt += 1
                continue
            if begun is None or begun.file is not None:
                return begun
            await _wait_for(self._changed, begun.wait)
        return None

    async def _write(self, recording: int, name: str, ended: asyncio.Event) -> None:
        if self._folder is None:
            await self._report_end(recording, 0, 0, "its node has no folder to write to")
            return
        try:
            path = self._folder / Path(name).name
            file = await asyncio.to_thread(OggWriter, path, make_folder=True)
        except RecordingFailed as error:
            log.error("recording %s: %s", recording, error)
            await self._report_end(recording, 0, 0, "its file could not be written")
            return

        def mixed(tick: int, samples: Samples, opus: bytes) -> None:
            try:
                file.write(tick, opus)
            except RecordingFailed:
                ended.set()

        stop = self._consume(mixed)
        try:
            await ended.wait()
        finally:
            stop()
            await asyncio.to_thread(file.close)
            failure = None
            if file.failed is not None:
                failure = f"{why(file.failed)}: {file.lost:.1f} s are lost"
                log.error("recording %s: %s (%s)", recording, failure, file.failed)
            await self._report_end(recording, file.seconds, file.size, failure)

    async def _report_end(
        self, recording: int, seconds: float, size: int, failure: str | None
    ) -> None:
        for attempt in range(REPORT_TRIES):
            try:
                await self._rows.recording_ended(recording, seconds, size, failure)
            except psycopg.Error as error:
                log.warning("the end of recording %s could not be reported: %s", recording, error)
                await asyncio.sleep(backoff(attempt))
            else:
                return


async def _wait_for(event: asyncio.Event, seconds: float) -> None:
    """Wait for the event, at most this many seconds."""
    try:
        async with asyncio.timeout(max(0.0, seconds)):
            await event.wait()
    except TimeoutError:
        pass
