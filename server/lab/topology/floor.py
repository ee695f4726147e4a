"""A process for the floors: `python -m roomtone.lab.topology.floor`. What relays as barely, or as plainly, as can be."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from typing import Any, Final

import numpy as np
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRelay
from pylibsrtp import Policy, Session

from ...media.opus import FRAME_SAMPLES, RATE, Decoder, Encoder
from ...tools.worker import execute_commands

TICKS: Final = 100  # of 20 ms, for the codec
PACKETS: Final = 3000
PAYLOAD: Final = 120  # bytes, as long as 20 ms of Opus at 48 kbit/s


class Floor:
    """One after the other: a bare forward of datagrams, plain aiortc, the codec and the cipher alone."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._spent = 0.0
        self._forwarded = 0
        self._connections: set[RTCPeerConnection] = set()
        self._relay = MediaRelay()
        self._voice: MediaStreamTrack | None = None
        self._server: asyncio.Server | None = None

    async def forward(self, port: int, times: int) -> dict[str, Any]:
        """Send each datagram on to a port of this machine, `times` times, until `forwarded`."""
        self._forwarded = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        arguments = (self._socket, ("127.0.0.1", port), times)
        self._thread = threading.Thread(target=self._forward, args=arguments, daemon=True)
        self._thread.start()
        return {"port": self._socket.getsockname()[1]}

    async def forwarded(self) -> dict[str, Any]:
        """Stop; the seconds of processor it took, and how many datagrams went out."""
        if self._socket is not None and self._thread is not None:
            self._socket.sendto(b"", self._socket.getsockname())  # it waits for one more
            await asyncio.to_thread(self._thread.join)
            self._socket.close()
        return {"cpu": self._spent, "packets": self._forwarded}

    async def relay(self) -> dict[str, Any]:
        """Answer offers on a port: the audio of each connection is relayed to all later ones, by aiortc as it is."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=1 << 20)
        return {"port": self._server.sockets[0].getsockname()[1]}

    async def codec(self, speakers: int) -> dict[str, Any]:
        """Of a core: to decode this number of voices, and to encode a mix for each of them and one for the others."""
        return {"core": await asyncio.to_thread(_codec, speakers)}

    async def protect(self) -> dict[str, Any]:
        """Seconds that SRTP takes for one packet (RFC 3711, by libsrtp)."""
        return {"seconds": await asyncio.to_thread(_protect)}

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        await asyncio.gather(*(each.close() for each in self._connections), return_exceptions=True)

    def _forward(self, udp_socket: socket.socket, target: tuple[str, int], times: int) -> None:
        while data := udp_socket.recv(2048):
            for _ in range(times):
                udp_socket.sendto(data, target)
            self._forwarded += times
        self._spent = time.thread_time()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        offer = json.loads(await reader.readline())["sdp"]
        pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._connections.add(pc)
        pc.on("track", self._heard)
        if self._voice is not None:
            pc.addTrack(self._relay.subscribe(self._voice))
        await pc.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await pc.setLocalDescription(await pc.createAnswer())
        writer.write(json.dumps({"sdp": pc.localDescription.sdp}).encode() + b"\n")
        await writer.drain()
        writer.close()

    def _heard(self, track: MediaStreamTrack) -> None:
        if self._voice is None:
            self._voice = track


def _codec(speakers: int) -> float:
    noise = np.random.default_rng(1).standard_normal(TICKS * FRAME_SAMPLES) * 0.1
    sound = noise.astype(np.float32).reshape(TICKS, FRAME_SAMPLES)
    encoder = Encoder()
    packets = [packet for frame in sound if (packet := encoder.encode(frame))]
    decoders = [Decoder() for _ in range(speakers)]
    encoders = [Encoder() for _ in range(speakers + 1)]
    began = time.thread_time()
    for packet, frame in zip(packets, sound, strict=False):
        for decoder in decoders:
            decoder.decode(packet)
        for each in encoders:
            each.encode(frame)
    return (time.thread_time() - began) / (len(packets) * FRAME_SAMPLES / RATE)


def _protect() -> float:
    session = Session(Policy(key=bytes(30), ssrc_type=Policy.SSRC_ANY_OUTBOUND))
    head = bytes([0x80, 96])
    packets = [
        head + number.to_bytes(2) + (number * FRAME_SAMPLES).to_bytes(4) + b"room" + bytes(PAYLOAD)
        for number in range(PACKETS)
    ]
    began = time.thread_time()
    for packet in packets:
        session.protect(packet)
    return (time.thread_time() - began) / PACKETS


if __name__ == "__main__":
    execute_commands(Floor)
