"""What a DTLS handshake needs with peers that are not browsers: their certificates, and a first message that is not lost for a second."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final, cast

from aiortc import RTCPeerConnection

from .connections import ice_connection
from .names import IceConnection, PeerConnection

CIPHERS: Final = ":".join(
    f"ECDHE-{key}-{cipher}"
    for cipher in ("AES128-GCM-SHA256", "CHACHA20-POLY1305", "AES128-SHA", "AES256-SHA")
    for key in ("ECDSA", "RSA")
).encode()
"""aiortc's own, and the same for a passive end whose certificate has an RSA key."""

SENT_AGAIN_AFTER: Final = (0.02, 0.05, 0.1, 0.2, 0.4)
"""Seconds between one first message and the next; OpenSSL would wait for a second. RFC 9147 (5.8.2) recommends less for calls."""

Send = Callable[[bytes, int], Awaitable[None]]


def accept_rsa(pc: RTCPeerConnection) -> None:
    """Let the active end accept a certificate with an RSA key, too (RFC 8827, 6.5, leaves the kind to the peer)."""
    for certificate in cast(PeerConnection, pc)._RTCPeerConnection__certificates:
        certificate._create_ssl_context = partial(_context, certificate._create_ssl_context)


def repeat_first_message(pc: RTCPeerConnection) -> None:
    """Send the active end's first message again until something comes; call it again when there are more transports.

    FFmpeg as the passive end reads the first one and drops it, and any network may lose it.
    """
    for transceiver in pc.getTransceivers():
        connection = ice_connection(transceiver)
        if "sendto" not in vars(connection):  # bundled transceivers share a transport
            first = _FirstMessage(connection)
            connection.sendto = partial(first.send, connection.sendto)
            connection.data_received = partial(first.receive, connection.data_received)


def _context(create: Callable[..., Any], srtp_profiles: list[Any]) -> Any:
    context = create(srtp_profiles)
    context.set_cipher_list(CIPHERS)
    return context


class _FirstMessage:
    """Of one transport. Nothing is repeated once a message of DTLS came, which at a passive end is before it sends."""

    def __init__(self, connection: IceConnection) -> None:
        self._connection = connection
        self._sent = self._answered = False

    async def send(self, pass_on: Send, data: bytes, component: int) -> None:
        await pass_on(data, component)
        if not self._sent and _is_dtls(data):
            self._sent = True
            self._repeat(data, 0)

    def receive(self, pass_on: Callable[[bytes, int], None], data: bytes, component: int) -> None:
        self._answered = self._answered or _is_dtls(data)
        pass_on(data, component)

    def _repeat(self, data: bytes, times: int) -> None:
        pair = self._connection._nominated.get(1)
        if self._answered or pair is None:  # None: closed
            return
        if times > 0:
            pair.protocol.transport.sendto(data, pair.remote_addr)
        if times < len(SENT_AGAIN_AFTER):
            loop = asyncio.get_running_loop()
            loop.call_later(SENT_AGAIN_AFTER[times], self._repeat, data, times + 1)


def _is_dtls(data: bytes) -> bool:
    return 20 <= data[0] <= 63 if data else False  # RFC 7983, 7
