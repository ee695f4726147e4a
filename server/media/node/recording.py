"""A mix written to Ogg/Opus as it happens (RFC 7845): what was heard until a second before a crash is in the file.

The encoded mix that listeners get is written as it is, so a recording costs no encoder. A thread of its own does
the writing, for a slow disk must not be heard in the room.
"""

from __future__ import annotations

import queue
import threading
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
from av.packet import Packet

from ..opus import FRAME_SAMPLES, RATE

PAGE: Final = 200_000  # µs of audio in one page of the file, which is written whole or not at all
WAITING: Final = 500  # frames, ten seconds: a disk that stands still for longer ends the recording
SILENCE: Final = b"\xf8\xff\xfe"  # 20 ms of nothing (RFC 6716, 3.1: CELT, fullband, mono)


class RecordingFailed(Exception):
    """The file could not be written (any more); what is in it stays."""


class Recording:
    """One file, from its first frame to `close`. Raises RecordingFailed if it cannot be made."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.frames = 0  # of sound, or silence where the mix stood still
        self.failed: Exception | None = None
        self._first: int | None = None
        try:
            # Never over another recording, whatever the caller thinks is free.
            path.touch(exist_ok=False)
            options = {"page_duration": str(PAGE), "flush_packets": "1"}
            self._file: Any = av.open(str(path), "w", format="ogg", options=options)
            self._stream: Any = self._file.add_stream("libopus", rate=RATE, layout="mono")
            self._stream.codec_context.open()
        except (OSError, av.FFmpegError) as error:
            raise RecordingFailed(f"the recording could not begin: {error}") from error
        self._frames: queue.Queue[tuple[int, bytes] | None] = queue.Queue(WAITING)
        self._writer = threading.Thread(target=self._write, name="recording", daemon=True)
        self._writer.start()

    @property
    def seconds(self) -> float:
        """How much is written, or about to be."""
        return self.frames * FRAME_SAMPLES / RATE

    def write(self, tick: int, opus: bytes) -> None:
        """The mix of this tick; ticks left out are silence, so that the file's time is the room's. Raises RecordingFailed once the disk is full, gone, or hopelessly slow."""
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
        """Finish the file; waits until it is written. What failed is in `failed`."""
        if self._writer.is_alive():
            self._frames.put(None)
            self._writer.join()

    def _write(self) -> None:
        due = 0
        try:
            while (frame := self._frames.get()) is not None:
                tick, opus = frame
                for missed in range(due, tick):
                    self._put(missed, SILENCE)
                self._put(tick, opus)
                due = tick + 1
            self._file.close()
        except (OSError, av.FFmpegError, ValueError) as error:
            self.failed = error

    def _put(self, tick: int, opus: bytes) -> None:
        packet = Packet(opus)
        packet.stream = self._stream
        packet.time_base = Fraction(1, RATE)
        packet.pts = packet.dts = tick * FRAME_SAMPLES
        packet.duration = FRAME_SAMPLES
        self._file.mux(packet)
