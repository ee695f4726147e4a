"""Sounds, sent and received audio, without a connection."""

from __future__ import annotations

import asyncio
import selectors
import wave
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame
from roomtone.media.band.music import music
from roomtone.media.echo import DELAY, Echo
from roomtone.media.packets import BLOCK, RATE
from roomtone.media.received_audio import ReceivedAudio, ReceivedAudioQueue, read_track
from roomtone.media.sent_audio import PacketQueue, SentAudio, level_of
from roomtone.media.signaling.events import seat_of
from roomtone.media.sounds import Sound, SoundError, pieces, play, tone

SEAT = {
    "user_id": 1, "username": "rick", "peer_id": "p", "kind": "person", "role": "SPEAKER", "muted": False, "seq": 1,
}  # fmt: skip


def heard(block: np.ndarray, **seat: object) -> ReceivedAudio:
    return ReceivedAudio(seat_of(SEAT | seat), block, 0, level_of(block))


class OwnTime(asyncio.SelectorEventLoop):
    """A loop whose clock goes on only when all tasks wait, and then at once to the next of their times: no machine is too slow for it."""

    def __init__(self) -> None:
        self._own_time = 0.0
        selector = selectors.DefaultSelector()
        select = selector.select

        def selected(timeout: float | None = None) -> Any:
            assert timeout is not None, "all tasks wait for each other"
            self._own_time += timeout
            return select(0)

        selector.select = selected  # type: ignore[method-assign]
        super().__init__(selector)

    def time(self) -> float:
        return self._own_time


def test_nothing_is_made_while_nobody_listens_or_one_may_not_speak() -> None:
    made = 0

    def counting() -> Sound:
        nonlocal made
        for block in tone(440):
            made += 1
            yield block

    async def listening() -> None:
        sent_audio = SentAudio(counting())
        speaking = asyncio.create_task(sent_audio.run())
        sent_audio.allowed = True
        await asyncio.sleep(1.0)
        assert made == 0
        with sent_audio.sending_to(queue := PacketQueue()):
            first, second = await queue.next(), await queue.next()
            assert second.timestamp - first.timestamp == BLOCK
            assert -25 < first.level < -10
            sent_audio.allowed = False
            so_far = made
            await asyncio.sleep(1.0)
        with sent_audio.sending_to(PacketQueue()):  # somebody else, before it may speak again
            await asyncio.sleep(1.0)
        sent_audio.allowed = True
        await asyncio.sleep(1.0)
        assert made == so_far == 2
        # After a pause the timestamps are where the clock is.
        with sent_audio.sending_to(later := PacketQueue()):
            assert (await later.next()).timestamp == second.timestamp + 3 * RATE
        speaking.cancel()

    with asyncio.Runner(loop_factory=OwnTime) as runner:
        runner.run(listening())


async def test_a_slow_listener_loses_the_oldest() -> None:
    hearing = ReceivedAudioQueue()
    block = np.zeros(BLOCK, np.int16)
    for _ in range(10_000):
        hearing.put(heard(block))
    hearing.close()
    assert len([each async for each in hearing]) == 250


def test_a_file_is_played_whatever_its_rate(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(22_050)
        left = np.sin(np.arange(22_050) * 2 * np.pi * 440 / 22_050) * 8000
        file.writeframes(np.repeat(left.astype("<i2"), 2).tobytes())
    blocks = [block for block in play(path) if block is not None]
    assert 49 <= len(blocks) <= 51
    sound = np.concatenate(blocks[5:45]).astype(np.float64)
    assert abs(np.abs(np.fft.rfft(sound)).argmax() * RATE / sound.size - 440) < 3

    path.write_text("no sound at all")
    with pytest.raises(SoundError, match="cannot be played"):
        play(path)
    with pytest.raises(SoundError, match=r"absent\.ogg cannot be played"):
        play(tmp_path / "absent.ogg")


def test_an_echo_says_again_what_people_said_and_only_people() -> None:
    echo = Echo()
    sound = echo.sound()
    said = np.full(BLOCK, 1000, np.int16)
    echo.add(heard(said))
    echo.add(heard(said, user_id=2))
    echo.add(heard(said, user_id=3, kind="bot"))
    blocks = list(islice(sound, int(DELAY * RATE) // BLOCK + 20))
    loud = [n for n, block in enumerate(blocks) if block is not None and block.any()]
    assert loud == [int(DELAY * RATE) // BLOCK]
    assert blocks[loud[0]] is not None
    assert set(np.asarray(blocks[loud[0]])) == {2000}
    assert blocks[-1] is None  # nothing to say is not sent


def test_the_bands_music_is_soft_never_clips_and_is_never_the_same() -> None:
    for seed in range(3):
        bars = np.concatenate(list(islice(music(seed), 32)))
        assert np.abs(bars).max() < 0.6
        assert -32 < 20 * np.log10(np.sqrt(np.mean(bars**2))) < -18
    one, other = (np.concatenate(list(islice(music(seed), 8))) for seed in (1, 2))
    assert not np.allclose(one, other)
    assert all(block is not None and block.size == BLOCK for block in islice(pieces(music(1)), 100))


async def test_a_packet_of_three_frames_is_heard_in_blocks_of_20_ms() -> None:
    """As an edge sends the mix."""
    samples = np.arange(3 * BLOCK, dtype=np.int16)

    class Track(MediaStreamTrack):
        kind = "audio"

        async def recv(self) -> AudioFrame:
            if self.readyState == "ended":
                raise MediaStreamError
            self.stop()
            frame = AudioFrame.from_ndarray(
                np.repeat(samples, 2)[None], format="s16", layout="stereo"
            )
            frame.sample_rate, frame.pts = RATE, 7 * BLOCK
            return frame

    blocks: list[tuple[np.ndarray, int]] = []
    await read_track(Track(), lambda block, position: blocks.append((block, position)))
    assert [position for _, position in blocks] == [7 * BLOCK, 8 * BLOCK, 9 * BLOCK]
    assert [len(block) for block, _ in blocks] == [BLOCK] * 3
    assert np.array_equal(np.concatenate([block for block, _ in blocks]), samples)
