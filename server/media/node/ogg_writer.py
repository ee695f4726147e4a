"""Writes a mix to an Ogg/Opus file while it runs (RFC 7845). After a crash the file has all but the last second.

The encoded mix that listeners get is written as it is, so a recording needs no encoder. A thread of its own does everything
with the disk: a slow disk must not disturb the room, and a disk that does not answer must not block anything. The thread is a daemon, so the
end of the process does not wait for it.
"""

from __future__ import annotations

import contextlib
import errno
import queue
import threading
import time
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
from av.packet import Packet

from ...formats.ogg_stream import SILENCE
from ..opus import FRAME_SAMPLES, RATE

PAGE: Final = 200_000  # µs of audio in one page of the file, which is written whole or not at all
WAITING_LIMIT: Final = 500
"""Frames, ten seconds: a disk that does not answer for longer ends the recording."""

OPENED_WITHIN: Final = 5.0  # seconds
CLOSED_WITHIN: Final = 2.0  # seconds; a node that ends has three for all its rooms


class RecordingFailed(Exception):
    """The file could not be written, or not to its end; what is in it stays."""


def why(failed: Exception | None) -> str:
    """What a user is told about this failure."""
    if isinstance(failed, OSError) and failed.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk was full"
    return "the disk was too slow" if isinstance(failed, TimeoutError) else "the disk was gone"


class OggWriter:
    """One file, from its first frame to `close`. Raises RecordingFailed if it cannot be made.

    `make_folder` creates its folder, readable for this account alone. `seconds` and `size` count what is in the file or waits for
    the disk; after `close`, what is in the file, as far as that is known.
    """

    def __init__(self, path: Path, *, make_folder: bool = False) -> None:
        self.path = path
        self.frames = 0  # of the mix, with silence where ticks were left out
        self.size = 0
        self.failed: Exception | None = None
        self._first: int | None = None
        self._written = 0
        self._make_folder = make_folder
        self._file: Any = None
        self._stream: Any = None
        self._opened = threading.Event()
        self._frames: queue.Queue[tuple[int, bytes] | None] = queue.Queue(WAITING_LIMIT)
        self._writer = threading.Thread(target=self._run, name="recording", daemon=True)
        self._writer.start()
        if not self._opened.wait(OPENED_WITHIN):
            self.failed = TimeoutError("the disk does not answer")
        if self.failed is not None:
            raise RecordingFailed(f"the recording could not begin: {self.failed}")

    @property
    def seconds(self) -> float:
        frames = self.frames if self.failed is None else self._written
        return frames * FRAME_SAMPLES / RATE

    @property
    def lost(self) -> float:
        """Seconds that were recorded and are not in the file."""
        return (self.frames - self._written) * FRAME_SAMPLES / RATE if self.failed else 0.0

    def write(self, tick: int, opus: bytes) -> None:
        """Write the mix of this tick. Ticks that were left out become silence, so that positions in the file are times in the room.

        Raises RecordingFailed once the disk is full, gone or too slow.
        """
        if self.failed is not None:
            raise RecordingFailed(f"the recording ended early: {self.failed}")
        if not opus:
            return
        if self._first is None:
            self._first = tick
        try:
            self._frames.put_nowait((tick - self._first, opus))
        except queue.Full:
            self.failed = TimeoutError("the disk is too slow")
            raise RecordingFailed("the recording ended early: the disk is too slow") from None
        self.frames = tick - self._first + 1

    def close(self) -> None:
        """Finish the file; waits for the disk for two seconds at most. What failed is in `failed`."""
        until = time.monotonic() + CLOSED_WITHIN
        with contextlib.suppress(queue.Full):
            self._frames.put(None, timeout=CLOSED_WITHIN)
        self._writer.join(max(0.0, until - time.monotonic()))
        if self._writer.is_alive() and self.failed is None:
            self.failed = TimeoutError("the disk does not answer")

    def _run(self) -> None:
        try:
            self._open()
            self._opened.set()
            if self.failed is None:
                self._write()
        except (OSError, av.FFmpegError, ValueError) as error:
            self.failed = self.failed or error
        finally:
            self._opened.set()

    def _open(self) -> None:
        if self._make_folder:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Fails if the file exists: no recording is overwritten.
        self.path.touch(exist_ok=False)
        options = {"page_duration": str(PAGE), "flush_packets": "1"}
        self._file = av.open(str(self.path), "w", format="ogg", options=options)
        self._stream = self._file.add_stream("libopus", rate=RATE, layout="mono")
        self._stream.codec_context.open()

    def _write(self) -> None:
        while (frame := self._frames.get()) is not None:
            tick, opus = frame
            for missed in range(self._written, tick):
                self._put(missed, SILENCE)
            self._put(tick, opus)
            self._written = tick + 1
            if self._written % 50 == 0:
                self.size = self.path.stat().st_size
        self._file.close()
        self.size = self.path.stat().st_size

    def _put(self, tick: int, opus: bytes) -> None:
        packet = Packet(opus)
        packet.stream = self._stream
        packet.time_base = Fraction(1, RATE)
        packet.pts = packet.dts = tick * FRAME_SAMPLES
        packet.duration = FRAME_SAMPLES
        self._file.mux(packet)
