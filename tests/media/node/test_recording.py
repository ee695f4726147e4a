"""What was said is in the file, at its time, whatever became of the process."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from roomtone.media.mixing import level
from roomtone.media.node.mcu import Mcu
from roomtone.media.node.recording import Recording, RecordingFailed
from roomtone.media.node.sfu import Sfu
from roomtone.media.opus import FRAME_SAMPLES, RATE, Samples

from ...patience import comes_true
from .people import Person, seat


def sound_of(path: Path) -> NDArray[np.float64]:
    with av.open(str(path)) as file:
        frames = [frame.to_ndarray().astype(np.float64) for frame in file.decode(audio=0)]
    return np.concatenate([frame.reshape(-1) for frame in frames])


def tone_in(sound: NDArray[np.float64], second: float) -> float:
    """The loudest tone in the quarter of a second around this moment; 0 for silence."""
    part = sound[int((second - 0.12) * RATE) : int((second + 0.12) * RATE)]
    if np.abs(part).max(initial=0) < 0.02:
        return 0.0
    return float(np.argmax(np.abs(np.fft.rfft(part * np.hanning(len(part)))))) * RATE / len(part)


@pytest.mark.parametrize("kind", [Sfu, Mcu])
async def test_a_conversation_is_in_the_file_as_it_went(
    tmp_path: Path, kind: type[Sfu] | type[Mcu]
) -> None:
    node = kind()
    one, two = Person(1, 440), Person(2, 880)
    loud: list[bool] = []
    recording = Recording(tmp_path / "evening.ogg")

    def write(tick: int, samples: Samples, opus: bytes) -> None:
        recording.write(tick, opus)
        loud.append(level(samples) < 40)

    async def spoken(frames: int) -> float:
        """Waits until somebody spoke through so many frames on end; when that was, in seconds."""
        await comes_true(lambda: len(loud) >= frames and all(loud[-frames:]))
        return len(loud) * FRAME_SAMPLES / RATE

    try:
        node.record(write)
        await seat(node, [one])
        await one.enter(node)
        first = await spoken(50)
        await seat(node, [two])
        await asyncio.wait_for(two.enter(node), 10)
        loud.append(False)
        second = await spoken(50) - FRAME_SAMPLES / RATE
    finally:
        node.record(None)
        await node.close()
        await one.leave()
        await two.leave()
        recording.close()
    assert recording.failed is None
    sound = sound_of(recording.path)
    # The decoder leaves out the encoder's look-ahead of 6.5 ms.
    assert len(sound) == pytest.approx(recording.frames * FRAME_SAMPLES, abs=2 * FRAME_SAMPLES)
    assert tone_in(sound, first - 0.5) == pytest.approx(440, abs=10)
    assert tone_in(sound, second - 0.5) == pytest.approx(880, abs=10)


def test_a_process_that_is_killed_leaves_all_but_the_last_second(tmp_path: Path) -> None:
    path = tmp_path / "killed.ogg"
    script = """
import os, signal, sys
from pathlib import Path
import numpy as np
from roomtone.media.node.recording import Recording
from roomtone.media.opus import Encoder
recording, encoder = Recording(Path(sys.argv[1])), Encoder()
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
        Recording(path)
    assert path.read_bytes() == b"somebody's evening"
    with pytest.raises(RecordingFailed):
        Recording(tmp_path / "no such folder" / "a.ogg")


def test_a_full_disk_is_told_and_what_is_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "full.ogg"
    recording = Recording(path)
    recording._file.close()  # what is below is gone, as with a volume that vanished

    def write_on() -> None:
        for tick in range(10_000):
            recording.write(tick, b"\xfc\xff\xfe")
            if tick % 100 == 99:
                recording._writer.join(0.05)

    with pytest.raises(RecordingFailed, match="ended early"):
        write_on()
    recording.close()
    assert recording.failed is not None
