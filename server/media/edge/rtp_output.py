"""Sends a room's mix as SRTP (RFC 3711) to one address: a mountpoint of an edge.

The packets name no contributing sources: Janus 1.1.2 puts a header extension before them, and then cannot encrypt what it made.
"""

from __future__ import annotations

import base64
import socket
from random import randrange
from typing import Final

from pylibsrtp import Policy, Session

from ..opus import FRAME_SAMPLES, Samples
from ..rtp import HEAD

PAYLOAD_TYPE: Final = 111


class RtpOutput:
    """Call it with every tick of the mix. `to` is (host, port); `key` is that of the mountpoint."""

    def __init__(self, to: tuple[str, int], key: str) -> None:
        self.lost = 0  # packets that the kernel had no place for
        self._ssrc, self._seq, self._origin = (
            randrange(1, 1 << 32),
            randrange(1 << 15),
            randrange(1 << 31),
        )
        self._last_tick = -2
        self._socket = socket.socket(
            socket.AF_INET6 if ":" in to[0] else socket.AF_INET, socket.SOCK_DGRAM
        )
        self._socket.setblocking(False)
        self._socket.connect(to)
        policy = Policy(
            key=base64.b64decode(key), ssrc_type=Policy.SSRC_ANY_OUTBOUND, srtp_profile=Policy.SRTP_PROFILE_AES128_CM_SHA1_80
        )  # fmt: skip
        self._encryption = Session(policy)

    def __call__(self, tick: int, _samples: Samples, opus: bytes) -> None:
        if not opus:
            return
        resumed, self._last_tick = tick != self._last_tick + 1, tick
        self._seq = (self._seq + 1) & 0xFFFF
        head = HEAD.pack(
            0x80, PAYLOAD_TYPE | (0x80 if resumed else 0), self._seq,
            (self._origin + tick * FRAME_SAMPLES) & 0xFFFFFFFF, self._ssrc,
        )  # fmt: skip
        try:
            self._socket.send(self._encryption.protect(head + opus))
        except OSError:  # nobody listens on the port yet, or the kernel has no place
            self.lost += 1

    def close(self) -> None:
        self._socket.close()
