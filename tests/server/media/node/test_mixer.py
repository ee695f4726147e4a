"""The mix of a room is made once, for any number of listeners and consumers, and not at all for none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import numpy as np
import pytest
from roomtone.media.node import mixer as mixer_module
from roomtone.media.node.mixer import Mixer
from roomtone.media.opus import FRAME_SAMPLES, RATE, Encoder, Samples
from roomtone.media.rtp import RtpPacket

from ....patience import comes_true

USER = 7


class Listener:
    """A connection that keeps what it is sent."""

    def __init__(self) -> None:
        self.packets: list[RtpPacket] = []

    def send(self, _voice: str, packet: RtpPacket) -> None:
        self.packets.append(packet)


class Consumer:
    def __init__(self) -> None:
        self.frames: dict[int, bytes] = {}

    def __call__(self, tick: int, _samples: Samples, opus: bytes) -> None:
        self.frames[tick] = opus


@pytest.fixture
async def encoders(monkeypatch: pytest.MonkeyPatch) -> list[Encoder]:
    """All encoders that mixers make."""
    made: list[Encoder] = []

    def make() -> Encoder:
        made.append(Encoder())
        return made[-1]

    monkeypatch.setattr(mixer_module, "Encoder", make)
    return made


@pytest.fixture
async def mixer() -> AsyncIterator[Mixer]:
    made = Mixer(lambda: None)
    yield made
    await made.close()


async def speak(mixer: Mixer, seconds: float) -> None:
    """One participant says a tone, in real time."""
    encoder, loop = Encoder(), asyncio.get_running_loop()
    began = loop.time()
    for number in range(int(seconds * 50)):
        at = number * FRAME_SAMPLES + np.arange(FRAME_SAMPLES)
        samples = (0.3 * np.sin(2 * np.pi * 440 * at / RATE)).astype(np.float32)
        packet = RtpPacket(
            1, number, number * FRAME_SAMPLES, number == 0, encoder.encode(samples), 10
        )
        mixer.push("peer-1", USER, packet)
        await asyncio.sleep(max(0.0, began + (number + 1) * 0.02 - loop.time()))


async def test_listeners_and_consumers_get_the_same_frames_from_one_encoder(
    mixer: Mixer, encoders: list[Encoder]
) -> None:
    recording, edge = Consumer(), Consumer()
    listeners = [Listener(), Listener()]
    stops = [mixer.consume(recording), mixer.consume(edge)]
    for number, each in enumerate(listeners):
        mixer.listen(f"listener-{number}", cast(Any, each))
    await speak(mixer, 0.5)
    await comes_true(lambda: len(edge.frames) > 20)
    for stop in stops:
        stop()
    assert [each.payload for each in listeners[0].packets] == [
        each.payload for each in listeners[1].packets
    ]
    assert recording.frames == edge.frames
    assert len(encoders) == 1
    assert {*recording.frames.values()} & {each.payload for each in listeners[0].packets}
    assert any(each.csrcs == (USER,) for each in listeners[0].packets)


async def test_nothing_is_mixed_for_nobody(mixer: Mixer, encoders: list[Encoder]) -> None:
    await speak(mixer, 0.2)
    assert not encoders
    consumer = Consumer()
    stop = mixer.consume(consumer)
    await comes_true(
        lambda: len(consumer.frames) > 3
    )  # of silence: what was said before is not kept
    stop()
    stop()  # twice is harmless
    assert not mixer.wanted
    made = len(consumer.frames)
    await speak(mixer, 0.2)
    assert len(consumer.frames) == made


async def test_a_consumer_that_fails_takes_nothing_from_the_others(
    mixer: Mixer, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_tick: int, _samples: Samples, _opus: bytes) -> None:
        raise OSError("gone")

    consumer = Consumer()
    mixer.consume(broken)
    stop = mixer.consume(consumer)
    await comes_true(lambda: len(consumer.frames) > 10)
    stop()
    assert not mixer.wanted
    assert "a consumer of a mix failed" in caplog.text
