"""Frames of a mix in packets: every frame goes out once and in order, with the time at which it belongs."""

from __future__ import annotations

import base64
import secrets
import socket
from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest
from pylibsrtp import Policy, Session
from roomtone.formats.opus_packets import together
from roomtone.media.node.mix_sender import MixReceiver, MixSender
from roomtone.media.rtp import HEAD

NOTHING = np.zeros(960, np.float32)  # a sender looks at the encoded frame only
PLACE = 960
MARKER = 0x80


class Output:
    """A sender with so many frames in a packet, and what it has sent."""

    def __init__(self, frames: int) -> None:
        key = secrets.token_bytes(30)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        port = self._socket.getsockname()[1]
        self.sender = MixSender(
            MixReceiver("127.0.0.1", port, base64.b64encode(key).decode(), frames)
        )
        profile = Policy.SRTP_PROFILE_AES128_CM_SHA1_80
        self._decryption = Session(
            Policy(key=key, ssrc_type=Policy.SSRC_ANY_INBOUND, srtp_profile=profile)
        )

    def ticks(self, *ticks: int, kind: int = 0xF8, size: int = 3) -> None:
        for tick in ticks:
            self.sender(tick, NOTHING, frame(tick, kind, size))

    def packets(self) -> list[tuple[int, int, bool, bytes]]:
        """Sequence number and time (in ticks) since the first one, marker, and payload."""
        found = []
        while True:
            try:
                packet = self._decryption.unprotect(self._socket.recv(2048))
            except BlockingIOError:
                break
            _, kind, seq, at, _ = HEAD.unpack_from(packet)
            found.append((seq, at, bool(kind & MARKER), packet[HEAD.size :]))
        first_seq, first_at = found[0][:2]
        return [
            (seq - first_seq, (at - first_at) // PLACE, marker, payload)
            for seq, at, marker, payload in found
        ]

    def close(self) -> None:
        self.sender.close()
        self._socket.close()


def frame(tick: int, kind: int = 0xF8, size: int = 3) -> bytes:
    return bytes([kind]) + tick.to_bytes(2) + bytes(size - 3)


def joined(*ticks: int) -> bytes:
    return together([frame(tick) for tick in ticks])


@pytest.fixture
def output() -> Iterator[Output]:
    with closing(Output(3)) as made:
        yield made


def test_three_frames_are_a_packet(output: Output) -> None:
    output.ticks(*range(10, 19))
    assert output.packets() == [
        (0, 0, True, joined(10, 11, 12)),
        (1, 3, False, joined(13, 14, 15)),
        (2, 6, False, joined(16, 17, 18)),
    ]


def test_a_pause_ends_a_packet(output: Output) -> None:
    output.ticks(10, 11, 20, 21, 22)
    assert output.packets() == [(0, 0, True, joined(10, 11)), (1, 10, True, joined(20, 21, 22))]


def test_the_end_of_a_sound_is_sent_with_the_silence_after_it(output: Output) -> None:
    output.ticks(10, 11)
    output.sender(12, NOTHING, b"")
    assert output.packets() == [(0, 0, True, joined(10, 11))]


def test_a_frame_of_another_kind_begins_another_packet(output: Output) -> None:
    output.ticks(10, 11)
    output.ticks(12, 13, 14, kind=0x78)
    payload = together([frame(tick, 0x78) for tick in (12, 13, 14)])
    assert output.packets() == [(0, 0, True, joined(10, 11)), (1, 2, False, payload)]


def test_no_packet_is_larger_than_a_datagram(output: Output) -> None:
    output.ticks(*range(10, 16), size=800)
    assert [(at, len(payload)) for _, at, _, payload in output.packets()] == [
        (at, 800)
        for at in range(5)  # and one is held
    ]


def test_a_sender_of_single_frames_holds_none() -> None:
    with closing(Output(1)) as output:
        output.ticks(10)
        assert output.packets() == [(0, 0, True, frame(10))]
