"""People for a floor: one speaker and a few listeners, each on one connection to a process that relays, without any rooms."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import asdict
from functools import partial
from typing import Any, Final

import psutil
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from ...media.aiortc_internals.packets import receive_packets, send_encoded
from ...media.audio_connection import OPUS, EncodedTrack
from ...media.sent_audio import PacketQueue, SentAudio
from ...supervision import begin, stop
from ...tools.usage import processor
from .marks import Mark, marked
from .received_audio import Ears

SETTLES: Final = 1.0  # seconds
WHO: Final = 1  # the only user there is


async def plain(port: int, pid: int, listeners: int, seconds: float) -> dict[str, Any]:
    """What the process `pid`, which answers offers on `port`, needs to relay one voice to this number of people: `cpu` of a core, and the marks that were said, and that each of them heard."""
    said: list[Mark] = []
    sent_audio, queue = SentAudio(marked(0, said)), PacketQueue()
    speaking = begin(sent_audio.run(), "voice")
    connections: list[RTCPeerConnection] = []
    ears = [Ears(keeps=True) for _ in range(listeners)]
    try:
        speaker = _connection(connections)
        sending = speaker.addTransceiver(EncodedTrack(), "sendonly")
        sending.setCodecPreferences(OPUS)
        send_encoded(sending.sender, queue.next)
        await _call(port, speaker)
        with sent_audio.sending_to(queue):
            sent_audio.allowed = True
            for each in ears:
                listener = _connection(connections)
                receiving = listener.addTransceiver("audio", "recvonly")
                receiving.setCodecPreferences(OPUS)
                receive_packets(receiving, partial(each.hear, WHO))
                await _call(port, listener)
            await asyncio.sleep(SETTLES)
            process = psutil.Process(pid)
            for each in ears:
                each.begin()
            said.clear()
            before, at = processor(process), time.monotonic()
            await asyncio.sleep(seconds)
            cpu = (processor(process) - before) / (time.monotonic() - at)
            for each in ears:
                each.end()
    finally:
        await stop(speaking)
        await asyncio.gather(*(pc.close() for pc in connections), return_exceptions=True)
    return {
        "cpu": cpu,
        "said": [asdict(mark) for mark in said],
        "heard": [[asdict(mark) for mark in each.marks({WHO: 0}, [0])] for each in ears],
    }


def _connection(connections: list[RTCPeerConnection]) -> RTCPeerConnection:
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connections.append(pc)
    return pc


async def _call(port: int, pc: RTCPeerConnection) -> None:
    """Offer, take the answer, and be connected."""
    connected = asyncio.Event()

    def changed() -> None:
        if pc.connectionState == "connected":
            connected.set()

    pc.on("connectionstatechange", changed)
    await pc.setLocalDescription(await pc.createOffer())
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    try:
        writer.write(json.dumps({"sdp": pc.localDescription.sdp}).encode() + b"\n")
        answer = json.loads(await reader.readline())
    finally:
        writer.close()
    await pc.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))
    async with asyncio.timeout(60):
        await connected.wait()
