"""What was said is in the file, at its time, whatever became of the process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from roomtone.formats.ogg import seconds_of
from roomtone.media.mixing import level
from roomtone.media.node.mcu import Mcu
from roomtone.media.node.ogg_writer import (
    CLOSED_WITHIN,
    WAITING_LIMIT,
    OggWriter,
    RecordingFailed,
    why,
)
from roomtone.media.node.recorder import Begun, Recorder
from roomtone.media.node.sfu import Sfu
from roomtone.media.opus import FRAME_SAMPLES, RATE, Encoder, Samples
from roomtone.tools.small_disk import small_disk

from .... import namespaces
from ....patience import PATIENCE, comes_true
from .people import Person, seat

SPOKEN = 25  # frames, half a second


def sound_of(path: Path) -> NDArray[np.float64]:
    with av.open(str(path)) as file:
        frames = [frame.to_ndarray().astype(np.float64) for frame in file.decode(audio=0)]
    return np.concatenate([frame.reshape(-1) for frame in frames])


def share_of(tone: float, sound: NDArray[np.float64], second: float) -> float:
    """How much of the energy in the quarter of a second around this moment is within 50 Hz of the tone; 0 for silence.

    A packet that is late leaves a gap, and after it the tone begins anew: that spreads it over its neighbours.
    """
    part = sound[int((second - 0.12) * RATE) : int((second + 0.12) * RATE)]
    if np.abs(part).max(initial=0) < 0.02:
        return 0.0
    energy = np.abs(np.fft.rfft(part * np.hanning(len(part)))) ** 2
    near = np.abs(np.fft.rfftfreq(len(part), 1 / RATE) - tone) < 50
    return float(energy[near].sum() / energy.sum())


@pytest.mark.parametrize("kind", [Sfu, Mcu])
async def test_a_conversation_is_in_the_file_as_it_went(
    tmp_path: Path, kind: type[Sfu] | type[Mcu]
) -> None:
    node = kind()
    one, two = Person(1, 440), Person(2, 880)
    loud: list[int] = []
    recording = OggWriter(tmp_path / "evening.ogg")

    def write(tick: int, samples: Samples, opus: bytes) -> None:
        recording.write(tick, opus)
        if level(samples) < 40:
            loud.append(recording.frames)

    async def spoken() -> float:
        """Waits until somebody spoke through half a second on end, without a tick left out; when that was, in seconds."""
        loud.clear()
        await comes_true(lambda: len(loud) >= SPOKEN and loud[-1] - loud[-SPOKEN] == SPOKEN - 1)
        return loud[-1] * FRAME_SAMPLES / RATE

    try:
        stop = node.consume(write)
        await seat(node, [one])
        await one.enter(node)
        first = await spoken()
        await seat(node, [two])
        await asyncio.wait_for(two.enter(node), PATIENCE)
        second = await spoken()
    finally:
        stop()
        await node.close()
        await one.leave()
        await two.leave()
        recording.close()
    assert recording.failed is None
    sound = sound_of(recording.path)
    # The decoder leaves out the encoder's look-ahead of 6.5 ms.
    assert len(sound) == pytest.approx(recording.frames * FRAME_SAMPLES, abs=2 * FRAME_SAMPLES)
    assert share_of(440, sound, first - 0.25) > 0.8
    assert share_of(880, sound, second - 0.25) > 0.8


def test_a_process_that_is_killed_leaves_all_but_the_last_second(tmp_path: Path) -> None:
    path = tmp_path / "killed.ogg"
    script = """
import os, signal, sys
from pathlib import Path
import numpy as np
from roomtone.media.node.ogg_writer import OggWriter
from roomtone.media.opus import Encoder
recording, encoder = OggWriter(Path(sys.argv[1])), Encoder()
tone = (0.3 * np.sin(2 * np.pi * 440 * np.arange(960) / 48000)).astype("f4")
for tick in range(400):
    recording.write(tick, encoder.encode(tone))
while recording._frames.qsize():
    pass
os.kill(os.getpid(), signal.SIGKILL)
"""
    ended = subprocess.run([sys.executable, "-c", script, str(path)], check=False, env=os.environ)
    assert ended.returncode == -signal.SIGKILL
    assert 7.0 < len(sound_of(path)) / RATE <= 8.0


def test_no_recording_is_written_over_another(tmp_path: Path) -> None:
    path = tmp_path / "there.ogg"
    path.write_bytes(b"somebody's evening")
    with pytest.raises(RecordingFailed):
        OggWriter(path)
    assert path.read_bytes() == b"somebody's evening"
    with pytest.raises(RecordingFailed):
        OggWriter(tmp_path / "no such folder" / "a.ogg")


def test_a_full_disk_ends_the_recording_with_an_error_and_the_file_stays(tmp_path: Path) -> None:
    encoded = Encoder().encode(np.zeros(FRAME_SAMPLES, "f4"))
    namespaces.require(*namespaces.MOUNT)
    with small_disk(tmp_path / "disk", 1) as disk:
        recording = OggWriter(disk.folder / "full.ogg")
        ticks = count()

        def write_on(until: Callable[[], object]) -> None:
            """As a room does, but as fast as the disk takes it."""
            while not until():
                recording.write(next(ticks), encoded)
                if recording._frames.qsize() > WAITING_LIMIT / 2:
                    time.sleep(0.01)

        write_on(lambda: recording.size > 4096)
        disk.fill()
        with pytest.raises(RecordingFailed, match="No space left"):
            write_on(lambda: False)
        recording.close()
        assert why(recording.failed) == "the disk was full"
        assert 0 < seconds_of(recording.path) <= recording.seconds


class StuckDisk:
    """Takes what it is given, and then stands still, as a network drive whose server is gone."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.stands_still, self.goes_on = threading.Event(), threading.Event()

    def mux(self, packet: Any) -> None:
        self.stands_still.set()
        self.goes_on.wait()

    def close(self) -> None:
        self.goes_on.wait()


@pytest.mark.parametrize("frames", [100, WAITING_LIMIT + 10])
def test_a_disk_that_hangs_blocks_nothing_and_the_lost_seconds_are_counted(
    tmp_path: Path, frames: int
) -> None:
    recording = OggWriter(tmp_path / "made" / "stuck.ogg", make_folder=True)
    disk = recording._file = StuckDisk(recording._file)
    recording.write(0, b"\xfc\xff\xfe")
    assert disk.stands_still.wait(PATIENCE)
    with contextlib.suppress(RecordingFailed):
        for tick in range(1, frames):
            recording.write(tick, b"\xfc\xff\xfe")
    closing = threading.Thread(target=recording.close)
    closing.start()
    closing.join(10 * CLOSED_WITHIN)
    assert not closing.is_alive()
    assert recording.failed is not None
    assert recording.seconds == 0
    assert recording.lost == pytest.approx(min(frames, WAITING_LIMIT + 1) * 0.02)
    assert recording._writer.daemon  # the end of the process does not wait for it
    disk.goes_on.set()


class Rows:
    """Keeps what would be written to the database."""

    def __init__(self) -> None:
        self.written: list[tuple[float, str | None]] = []

    async def recording_begins(self, recording: int) -> Begun:
        return Begun("stuck.ogg", 0.0)

    async def recording_moves(self, recording: int) -> bool:
        return False

    async def recording_ended(
        self, recording: int, seconds: float, size: int, failure: str | None
    ) -> None:
        self.written.append((seconds, failure))


async def test_a_node_ends_though_its_disk_stands_still(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disks: list[StuckDisk] = []
    opened = OggWriter._open

    def stuck(recording: OggWriter) -> None:
        opened(recording)
        recording._file = StuckDisk(recording._file)
        disks.append(recording._file)

    monkeypatch.setattr(OggWriter, "_open", stuck)
    rows, node = Rows(), Mcu()
    recorder = Recorder(rows, tmp_path, node.consume)
    recorder.update({"id": 1, "ended_at": None})
    async with asyncio.timeout(PATIENCE):
        while not disks or not disks[0].stands_still.is_set():  # noqa: ASYNC110 - a thread does it
            await asyncio.sleep(0.02)
        await recorder.close()
    await node.close()
    [(seconds, failure)] = rows.written
    assert seconds == 0
    assert failure is not None
    assert "are lost" in failure
    disks[0].goes_on.set()
