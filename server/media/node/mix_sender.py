"""Sends a room's mix as SRTP (RFC 3711) to the processes that asked for it: edges, and relays of which people listen without a seat.

The packets name no contributing sources: Janus 1.1.2 puts a header extension before them, and then cannot encrypt what it made.
"""

from __future__ import annotations

import base64
import logging
import socket
from collections.abc import Callable, Mapping
from random import randrange
from typing import Final, NamedTuple
from uuid import UUID

from pylibsrtp import Policy, Session

from ...formats.opus_packets import fit_together, together
from ..mixing import OnMix
from ..opus import FRAME_SAMPLES, Samples
from ..rtp import HEAD

PAYLOAD_TYPE: Final = 111
FRAMES_TO_EDGES: Final = 3
"""Frames of 20 ms in a packet to an edge. Janus sends each packet to each listener and takes as long for a long one as for a short one. The sound comes up to 40 ms
later."""

LARGEST_PACKET: Final = 1000  # bytes of Opus; a mix has about 100 in a frame

log = logging.getLogger(__name__)


class MixReceiver(NamedTuple):
    """Where a process receives, and its key and salt: 30 bytes in base64 (RFC 4568, 6.1: AES_CM_128_HMAC_SHA1_80)."""

    address: str
    port: int
    key: str
    frames: int = 1
    """How many frames of the mix are in a packet."""


class MixSender:
    """Call it with every tick of the mix, until `close`."""

    def __init__(self, to: MixReceiver) -> None:
        self.lost = 0  # packets that the kernel had no place for
        self._ssrc, self._seq, self._origin = (
            randrange(1, 1 << 32),
            randrange(1 << 15),
            randrange(1 << 31),
        )
        self._last_tick = -2
        self._frames = to.frames
        self._held: list[bytes] = []  # of the packet that is next
        self._first_tick, self._resumed = 0, True
        self._socket = socket.socket(
            socket.AF_INET6 if ":" in to.address else socket.AF_INET, socket.SOCK_DGRAM
        )
        self._socket.setblocking(False)
        self._socket.connect((to.address, to.port))
        policy = Policy(
            key=base64.b64decode(to.key), ssrc_type=Policy.SSRC_ANY_OUTBOUND, srtp_profile=Policy.SRTP_PROFILE_AES128_CM_SHA1_80
        )  # fmt: skip
        self._encryption = Session(policy)

    def __call__(self, tick: int, _samples: Samples, opus: bytes) -> None:
        if not opus:  # silence: what was said before it waits for nothing more
            if self._held:
                self._send()
            return
        follows, self._last_tick = tick == self._last_tick + 1, tick
        if self._held and not (follows and self._has_place_for(opus)):
            self._send()
        if not self._held:
            self._first_tick, self._resumed = tick, not follows
        self._held.append(opus)
        if len(self._held) >= self._frames:
            self._send()

    def _has_place_for(self, opus: bytes) -> bool:
        size = sum(map(len, self._held)) + len(opus)
        return size <= LARGEST_PACKET and fit_together(self._held[0], opus)

    def _send(self) -> None:
        opus = together(self._held)
        self._held = []
        self._seq = (self._seq + 1) & 0xFFFF
        head = HEAD.pack(
            0x80, PAYLOAD_TYPE | (0x80 if self._resumed else 0), self._seq,
            (self._origin + self._first_tick * FRAME_SAMPLES) & 0xFFFFFFFF, self._ssrc,
        )  # fmt: skip
        try:
            self._socket.send(self._encryption.protect(head + opus))
        except OSError:  # nobody listens on the port yet, or the kernel has no place
            self.lost += 1

    def close(self) -> None:
        self._socket.close()


class MixSenders:
    """To whom the mix of one room is sent. `consume` is the method of its `Sfu` or `Mcu`."""

    def __init__(self, consume: Callable[[OnMix], Callable[[], None]]) -> None:
        self._consume = consume
        self._running: dict[UUID, tuple[MixSender, Callable[[], None]]] = {}

    def update(self, receivers: Mapping[UUID, MixReceiver]) -> None:
        """Send to these from now on, and to no others."""
        for gone in {*self._running} - {*receivers}:
            sender, stop = self._running.pop(gone)
            stop()
            sender.close()
        for new, receiver in receivers.items():
            if new not in self._running:
                try:
                    sender = MixSender(receiver)
                except OSError as error:
                    log.warning("the mix cannot be sent to %s: %s", receiver.address, error)
                    continue
                self._running[new] = sender, self._consume(sender)
