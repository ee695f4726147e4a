"""People with aiortc connections of their own, for the tests of nodes: each sings a tone and remembers what they hear."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np
from aiortc import (
    AudioStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError
from av.audio.frame import AudioFrame
from numpy.typing import NDArray
from roomtone.media.node.mcu import Mcu
from roomtone.media.node.sfu import Sfu

from ....patience import comes_true
from ..seats import seat_of

RATE = 48_000
NEAR = (
    60.0  # Hz; short gaps, which a machine without time for its audio makes, widen a tone by less
)


def consists_of(sound: NDArray[Any], *tones: float) -> bool:
    """Whether these tones are in a sound (16-bit samples) and nothing else is; without tones, whether it is silent.

    By energy: nine tenths of it near the tones, and at least a twentieth near each.
    """
    if not tones or np.abs(sound).max(initial=0) < 300:
        return not tones and np.abs(sound).max(initial=0) < 300
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    hertz = np.arange(len(power)) * RATE / len(sound)
    near = [power[abs(hertz - tone) < NEAR].sum() / power.sum() for tone in tones]
    return bool(sum(near) > 0.9 and min(near) > 0.05)


class Tone(AudioStreamTrack):
    """A tone in real time, or silence at 0 Hz."""

    def __init__(self, hertz: float) -> None:
        super().__init__()
        self.hertz = hertz
        self._frames = 0
        self._began = asyncio.get_running_loop().time()

    async def recv(self) -> AudioFrame:
        if self.readyState != "live":
            raise MediaStreamError("it was stopped")
        due = self._began + self._frames * 0.02
        await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
        samples = self.samples(self._frames * 960 + np.arange(960)).astype(np.int16)
        self._frames += 1
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE
        frame.pts = self._frames * 960
        frame.time_base = Fraction(1, RATE)
        return frame

    def samples(self, at: NDArray[Any]) -> NDArray[Any]:
        """What sounds at these samples since the beginning."""
        return 6000 * np.sin(2 * np.pi * self.hertz * at / RATE)


class Person:
    """A participant who is connected with a node. `heard[voice]` is the last second of each voice."""

    def __init__(self, number: int, hertz: float = 0.0, role: str = "SPEAKER") -> None:
        self.participant = seat_of(number, role)
        self.peer = f"peer-{number}"
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.tone = Tone(hertz)
        self.heard: dict[str, list[NDArray[Any]]] = {}
        self.voices: dict[str, str] = {}  # by mid, as the node last answered
        self._listening: dict[str, asyncio.Task[None]] = {}

    async def enter(self, node: Sfu | Mcu, slots: int = 1) -> None:
        """Offer to the node, with this many slots for voices; again for more of them."""
        await self.answer(await node.answer(self.peer, await self.offer(slots)))

    async def offer(self, slots: int) -> str:
        if not self.connection.getTransceivers():
            self.connection.addTransceiver(
                self.tone if self.tone.hertz else "audio", direction="sendrecv"
            )
        while len(self.connection.getTransceivers()) < slots:
            self.connection.addTransceiver("audio", direction="recvonly")
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return str(self.connection.localDescription.sdp)

    async def answer(self, sdp: str) -> None:
        await self.connection.setRemoteDescription(RTCSessionDescription(sdp, "answer"))
        self.voices = dict(re.findall(r"a=mid:(\S+)[\s\S]*?a=msid:(\S+)", sdp))
        for transceiver in self.connection.getTransceivers():
            mid = str(transceiver.mid)
            if mid not in self._listening and transceiver.receiver.track is not None:
                self._listening[mid] = asyncio.create_task(self._listen(mid, transceiver))

    async def hang_up(self) -> None:
        """Be ready for another connection."""
        for task in self._listening.values():
            task.cancel()
        self._listening.clear()
        await self.connection.close()
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.tone = Tone(self.tone.hertz)

    def hears(self, voice: str, *tones: float) -> bool:
        """Whether what was heard last of a voice is these tones."""
        frames = self.heard.get(voice, [])[-25:]
        return consists_of(np.concatenate(frames) if frames else np.zeros(0), *tones)

    async def waits_to_hear(self, voice: str, *tones: float) -> None:
        """Wait until a voice has exactly these tones; none for silence."""
        try:
            await comes_true(lambda: self.hears(voice, *tones))
        except TimeoutError:
            raise AssertionError(
                f"{self.participant.username} does not hear {tones} as {voice}; voices {sorted(self.heard)}"
            ) from None

    async def waits_to_hear_anywhere(self, tone: float) -> None:
        """Wait until a voice has this tone alone."""
        await comes_true(lambda: any(self.hears(voice, tone) for voice in list(self.heard)))

    async def leave(self) -> None:
        for task in self._listening.values():
            task.cancel()
        await self.connection.close()

    async def _listen(self, mid: str, transceiver: RTCRtpTransceiver) -> None:
        with contextlib.suppress(Exception):
            while True:
                frame = await transceiver.receiver.track.recv()
                assert isinstance(frame, AudioFrame)
                samples = frame.to_ndarray().reshape(-1, 2)[:, 0]
                voice = self.voices.get(mid, "nobody")
                frames = self.heard.setdefault(voice, [])
                frames.append(samples)
                del frames[:-50]


async def seat(node: Sfu | Mcu, people: Iterable[Person]) -> None:
    await node.set_participants([each.participant for each in people])
