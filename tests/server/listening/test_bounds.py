"""What one who listens, a stranger on the network, and nobody may cost."""

from __future__ import annotations

import asyncio
import base64
import io
import socket

import av
import numpy as np
from roomtone.listening.listener import MOST_WAITING, Listener
from roomtone.listening.mix_socket import MixSocket, mix_socket
from roomtone.listening.segments import IN_PLAYLIST, KEPT, Segments
from roomtone.local_address import address_towards
from roomtone.media.node.mix_sender import MixReceiver, MixSender
from roomtone.media.opus import FRAME_SAMPLES, RATE, Encoder

from ...patience import PATIENCE


def send(to: MixReceiver, frame: bytes) -> None:
    sender = MixSender(to)
    sender(1, np.empty(0, np.float32), frame)
    sender.close()


async def test_a_slow_listener_skips_ahead() -> None:
    listener = Listener(())
    for number in range(MOST_WAITING + 3):
        listener.give((b"%d" % number,))
    frames = await listener.take()
    assert frames == [b"%d" % number for number in range(3, MOST_WAITING + 3)]
    assert listener.skipped == 3
    listener.give((b"last",))
    listener.end()
    assert await listener.take() is None


async def test_packets_of_strangers_are_dropped() -> None:
    heard: list[bytes] = []
    arrived = asyncio.Event()

    def on_frame(source: int, timestamp: int, opus: bytes, now: float) -> None:
        heard.append(opus)
        arrived.set()

    async with mix_socket("127.0.0.1", on_frame) as at:
        own = MixReceiver(at.address, at.port, at.key)
        stranger = MixReceiver(at.address, at.port, base64.b64encode(bytes(30)).decode())
        send(stranger, b"stranger")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as raw:
            raw.sendto(b"", (at.address, at.port))
            raw.sendto(b"\x80" * 40, (at.address, at.port))
        send(own, b"mix")
        async with asyncio.timeout(PATIENCE):
            await arrived.wait()
        assert (heard, at.strange) == ([b"mix"], 3)
        before = at.key
        at.renew_key()
        assert at.key != before


def test_a_repeated_packet_is_dropped() -> None:
    heard: list[bytes] = []
    at = MixSocket(lambda source, timestamp, opus, now: heard.append(opus))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(PATIENCE)
        send(MixReceiver("127.0.0.1", receiver.getsockname()[1], at.key), b"mix")
        packet = receiver.recv(2048)
    at.datagram_received(packet, None)
    at.datagram_received(packet, None)
    assert (heard, at.strange) == ([b"mix"], 1)


def test_the_mix_is_sent_to_the_address_that_reaches_the_database() -> None:
    assert address_towards("") == "127.0.0.1"
    assert address_towards("127.0.0.1") == "127.0.0.1"


async def test_segments_follow_each_other_without_a_gap_and_are_bounded_in_number() -> None:
    segments = Segments()
    await segments.add([b"\xf8\xff\xfe"] * 200)
    assert segments.file(segments.name, "init.mp4") is None, "nobody asked, and it was encoded"
    encoder = Encoder()
    times = np.arange(FRAME_SAMPLES) / RATE
    count = (KEPT + 2) * 100 + 1  # the encoder looks ahead by a frame
    frames = [
        encoder.encode((0.25 * np.sin(2 * np.pi * 440 * (times + n * 0.02))).astype(np.float32))
        for n in range(count)
    ]
    asked = asyncio.create_task(segments.playlist("listen"))
    await asyncio.sleep(0)
    await segments.add([frame for frame in frames if frame])
    first = await asked
    assert first is not None
    playlist = await segments.playlist("listen")
    assert playlist is not None
    assert playlist.count("#EXTINF") == IN_PLAYLIST
    assert f"#EXT-X-MEDIA-SEQUENCE:{KEPT + 2 - IN_PLAYLIST}\n" in playlist
    kept = [segments.file(segments.name, f"{n}.m4s") for n in range(KEPT + 2)]
    assert [data is not None for data in kept] == [False] * 2 + [True] * KEPT
    init = segments.file(segments.name, "init.mp4")
    assert init is not None
    with av.open(io.BytesIO(init + b"".join(data for data in kept if data)), "r") as file:
        samples = np.concatenate([frame.to_ndarray()[0] for frame in file.decode(audio=0)])
    assert np.abs(np.diff(samples[RATE:])).max() < 0.03  # 0.0144 in the tone itself
    segments.end()
    assert await segments.playlist("listen") is None
