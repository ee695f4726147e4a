"""Packets through aiortc without decoding: a publisher, a node in the middle, a subscriber, all real."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import AsyncIterator
from fractions import Fraction
from typing import Any

import aioice.ice
import numpy as np
import pytest
from aiortc import (
    AudioStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpTransceiver,
)
from aiortc.exceptions import InvalidStateError
from av.audio.frame import AudioFrame
from numpy.typing import NDArray
from roomtone.media.aiortc_internals.packets import PacketSender, receive_packets, send_packets
from roomtone.media.renumbering import Renumbering
from roomtone.media.rtp import RtpPacket

from ...patience import LOOK_AGAIN, PATIENCE, comes_true
from .sending import sends

HERTZ = 440


class Tone(AudioStreamTrack):
    """A tone, in real time."""

    frames = 0

    async def recv(self) -> AudioFrame:
        await asyncio.sleep(0.02)  # a frame is so long
        at = (np.arange(960) + self.frames * 960) / 48_000
        self.frames += 1
        samples = (8000 * np.sin(2 * np.pi * HERTZ * at)).astype(np.int16).reshape(1, -1)
        frame = AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate = 48_000
        frame.pts = self.frames * 960
        frame.time_base = Fraction(1, 48_000)
        return frame


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda *_, **__: ["127.0.0.1"])


@pytest.fixture
async def connections() -> AsyncIterator[list[RTCPeerConnection]]:
    made: list[RTCPeerConnection] = [
        RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(4)
    ]
    yield made
    await asyncio.gather(*(each.close() for each in made))


async def connect(offering: RTCPeerConnection, answering: RTCPeerConnection) -> None:
    await offering.setLocalDescription(await offering.createOffer())
    await answering.setRemoteDescription(offering.localDescription)


async def answer(offering: RTCPeerConnection, answering: RTCPeerConnection) -> None:
    await answering.setLocalDescription(await answering.createAnswer())
    await offering.setRemoteDescription(answering.localDescription)


async def test_what_goes_in_comes_out_and_nothing_is_decoded(
    connections: list[RTCPeerConnection],
) -> None:
    publisher, inward, outward, subscriber = connections
    arrived: list[RtpPacket] = []
    renumbered: list[RtpPacket] = []
    renumbering = Renumbering()
    outbox: asyncio.Queue[RtpPacket] = asyncio.Queue(50)

    def arrive(packet: RtpPacket) -> None:
        arrived.append(packet)
        place = renumbering.place(packet)
        if place is not None:
            seq, timestamp, marker = place
            mapped = packet._replace(seq=seq, timestamp=timestamp, marker=marker)
            renumbered.append(mapped)
            outbox.put_nowait(mapped)

    publisher.addTransceiver(Tone(), direction="sendonly")
    await connect(publisher, inward)
    [taken] = inward.getTransceivers()
    receiver = receive_packets(taken, arrive)
    await answer(publisher, inward)

    listening = subscriber.addTransceiver("audio", direction="recvonly")
    await connect(subscriber, outward)
    [parked] = outward.getTransceivers()
    parked.direction = "sendonly"
    sender = send_packets(parked)
    await answer(subscriber, outward)

    async def pump() -> None:
        while True:
            sends(sender, await outbox.get())

    pumping = asyncio.create_task(pump())
    heard: list[NDArray[Any]] = []
    async with asyncio.timeout(PATIENCE):
        while len(heard) < 40:
            frame = await listening.receiver.track.recv()
            assert isinstance(frame, AudioFrame)
            heard.append(frame.to_ndarray().reshape(-1, 2)[:, 0])
    samples = np.concatenate(heard[10:]).astype(np.float64)
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    assert abs(np.argmax(spectrum) * 48_000 / len(samples) - HERTZ) < 5

    assert all(packet.level is not None and packet.level < 30 for packet in arrived[5:])
    assert all((b.seq - a.seq) & 0xFFFF == 1 for a, b in itertools.pairwise(renumbered))
    # Only the subscriber's own end decodes.
    decoders = [each.name for each in threading.enumerate() if "decoder" in each.name]
    assert len(decoders) == 1
    # What either end counts is what went over the wire.
    counted = {each.type: each for each in (await parked.sender.getStats()).values()}
    assert counted["outbound-rtp"].packetsSent == sender.sent >= 40
    # What is reported is what was sent last, and when: the two times are one moment's.
    async with asyncio.timeout(PATIENCE):
        reported: dict[str, Any] = {}
        while "remote-outbound-rtp" not in reported:
            await asyncio.sleep(LOOK_AGAIN)
            reported = {each.type: each for each in (await listening.receiver.getStats()).values()}
    report = reported["remote-outbound-rtp"]
    assert 0 < report.packetsSent <= sender.sent
    assert abs((report.timestamp - report.remoteTimestamp).total_seconds()) < 1
    counted = {each.type: each for each in (await taken.receiver.getStats()).values()}
    assert counted["inbound-rtp"].packetsReceived == len(arrived)
    assert counted["inbound-rtp"].packetsLost == 0
    pumping.cancel()
    assert receiver is not None


async def test_levels_keep_their_bit_and_what_cannot_be_sent_ends_nothing(
    connections: list[RTCPeerConnection],
) -> None:
    publisher, inward, *_ = connections
    sender = send_packets(publisher.addTransceiver("audio", direction="sendonly"))
    arrived: list[RtpPacket] = []
    await connect(publisher, inward)
    receive_packets(inward.getTransceivers()[0], arrived.append)
    await answer(publisher, inward)
    levels = [(30, True), (90, False), (0, True), (127, False), (None, False)]
    await comes_true(lambda: sends(sender, RtpPacket(0, 3999, 0, False, b"opus")))  # connected
    assert sends(sender, RtpPacket(0, 4000, 960, False, bytes(2000))) is False  # too large
    for number, (level, speech) in enumerate(levels):
        packet = RtpPacket(0, 4001 + number, number, False, b"opus", level, speech=speech)
        assert sends(sender, packet)
    late = RtpPacket(0, 1000, 0, False, b"opus")  # behind what libsrtp still protects
    assert sends(sender, late) is False
    await comes_true(lambda: len(arrived) == 1 + len(levels))
    assert [(each.level, each.speech) for each in arrived[1:]] == levels


async def test_nothing_is_sent_where_nobody_is_connected(
    connections: list[RTCPeerConnection],
) -> None:
    sender = send_packets(connections[0].addTransceiver("audio", direction="sendonly"))
    assert sends(sender, RtpPacket(1, 2, 3, False, b"opus")) is False
    assert sender.sent == 0


async def test_what_already_runs_is_not_taken_over(connections: list[RTCPeerConnection]) -> None:
    publisher, inward, *_ = connections
    publisher.addTransceiver(Tone(), direction="sendonly")
    await connect(publisher, inward)
    await answer(publisher, inward)
    transceiver: RTCRtpTransceiver = inward.getTransceivers()[0]
    async with asyncio.timeout(PATIENCE):
        await transceiver.receiver.track.recv()
    with pytest.raises(InvalidStateError):
        receive_packets(transceiver, lambda packet: None)
    with pytest.raises(InvalidStateError):
        PacketSender(publisher.getTransceivers()[0].sender)
