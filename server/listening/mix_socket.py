"""A UDP port at which the mix of one room arrives as SRTP (RFC 3711). What was not encrypted with its key is dropped."""

from __future__ import annotations

import asyncio
import base64
import secrets
import struct
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from pylibsrtp import Error, Policy, Session

HEAD: Final = struct.Struct(
    "!BBHLL"
)  # RFC 3550, 5.1; the mix has no contributing sources and no extensions
PLAIN: Final = 0x80  # version 2, and nothing after the head but the frame

OnFrame = Callable[[int, int, bytes, float], None]
"""Called with SSRC, RTP timestamp, Opus frame and the time."""


class MixSocket(asyncio.DatagramProtocol):
    """`key` is the key and salt of the SRTP, in base64. `renew_key` before the mix is asked for again: no key is used twice."""

    def __init__(self, on_frame: OnFrame) -> None:
        self.strange = 0  # packets of somebody else, or repeated ones
        self.address, self.port = "", 0
        self._on_frame = on_frame
        self.renew_key()

    def renew_key(self) -> None:
        key = secrets.token_bytes(30)
        self.key = base64.b64encode(key).decode()
        self._decryption = Session(
            Policy(key=key, ssrc_type=Policy.SSRC_ANY_INBOUND, srtp_profile=Policy.SRTP_PROFILE_AES128_CM_SHA1_80)
        )  # fmt: skip

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.address, self.port = transport.get_extra_info("sockname")[:2]

    def datagram_received(self, data: bytes, addr: Any) -> None:
        try:
            packet = self._decryption.unprotect(data)
        except (Error, ValueError, TypeError):
            self.strange += 1
            return
        if len(packet) <= HEAD.size or packet[0] != PLAIN:
            self.strange += 1
            return
        _, _, _, timestamp, source = HEAD.unpack_from(packet)
        self._on_frame(source, timestamp, packet[HEAD.size :], time.monotonic())

    def error_received(self, exc: Exception) -> None:
        """An ICMP error for something that was sent; nothing is."""


@asynccontextmanager
async def mix_socket(address: str, on_frame: OnFrame) -> AsyncIterator[MixSocket]:
    """A socket at this address until the block ends. Raises OSError."""
    transport, made = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: MixSocket(on_frame), local_addr=(address, 0)
    )
    try:
        yield made
    finally:
        transport.close()
