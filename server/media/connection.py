"""What a connection with a participant (`peer_connection.py`) and one with a media node (`node_connection.py`) have in common."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Any, Final

from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCIceServer,
    RTCIceTransportPolicy,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from av.frame import Frame as MediaFrame

from ..supervision import begin
from .aiortc_internals.connections import path_of
from .aiortc_internals.packets import send_encoded
from .candidates import Candidates
from .sent_audio import PacketQueue, SentAudio
from .signaling.client import Ice
from .signaling.events import SignalKind

OPUS: Final = [
    codec
    for codec in RTCRtpSender.getCapabilities("audio").codecs
    if codec.mimeType == "audio/opus"
]

CONNECTED_WITHIN: Final = 30.0
"""Seconds from two descriptions to a connection; browsers give up after about 15."""


@dataclass(frozen=True, slots=True)
class AudioOptions:
    """What a connection sends (None: nothing), and whether it receives audio."""

    sent_audio: SentAudio | None
    receives: bool

    @property
    def direction(self) -> str:
        """Of the transceiver that sends, in the words of SDP (RFC 8866, section 6.7)."""
        if self.sent_audio is None:
            return "recvonly"
        return "sendrecv" if self.receives else "sendonly"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionCallbacks:
    """What a connection calls: `send` with its signals, `on_connected` once, `on_broken` when a new one has to be made."""

    send: Callable[[SignalKind, Any], None]
    on_connected: Callable[[], None] = lambda: None
    on_broken: Callable[[str], None] = lambda why: None


class Connection:
    """One aiortc connection, whose first transceiver sends our audio. `offers`: this side offers, and reports `connected`."""

    def __init__(
        self, ice: Ice, audio: AudioOptions, callbacks: ConnectionCallbacks, *, offers: bool
    ) -> None:
        self.offers = offers
        self.connected = False
        self._send = callbacks.send
        self._on_connected = callbacks.on_connected
        self._on_broken = callbacks.on_broken
        self._sending = ExitStack()
        self._closed = False
        self._deadline: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._candidates = Candidates(ice.reach)
        self._sent_audio = sent_audio = audio.sent_audio
        self._packets = PacketQueue()
        self._pc = RTCPeerConnection(configuration_of(ice))
        self._pc.on("connectionstatechange", self._state_changed)
        self._first = self._pc.addTransceiver(
            "audio" if sent_audio is None else EncodedTrack(), audio.direction
        )
        self._first.setCodecPreferences(OPUS)
        if sent_audio is not None:
            send_encoded(self._first.sender, self._packets.next)

    @property
    def pc(self) -> RTCPeerConnection:
        """For statistics and tests."""
        return self._pc

    async def close(self) -> None:
        """Close the connection."""
        self._closed = True
        if self._deadline is not None:
            self._deadline.cancel()
        self._sending.close()
        if self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self._pc.close()

    def _begin(self, negotiate: Coroutine[Any, Any, None], name: str) -> None:
        """Negotiate in a task of its own. An error breaks this connection, not the session."""

        async def run() -> None:
            try:
                await negotiate
            except Exception as error:  # noqa: BLE001 - whatever the other side may send
                self._break(f"{type(error).__name__}: {error}")

        self._task = begin(run(), name)

    def _state_changed(self) -> None:
        state = self._pc.connectionState
        if self._closed:
            return
        if state == "connected" and not self.connected:
            self.connected = True
            if self._sent_audio is not None:
                self._sending.enter_context(self._sent_audio.sending_to(self._packets))
            if self.offers:
                self._send("connected", path_of(self._pc) or {})
            self._on_connected()
        elif state == "connecting" and self._deadline is None:
            self._deadline = asyncio.get_running_loop().call_later(
                CONNECTED_WITHIN, self._check_connected
            )
        elif state in ("failed", "closed"):
            # The other side closed the connection: DTLS says so, with or without a bye.
            self._break(f"the connection is {state}")

    def _check_connected(self) -> None:
        if not self.connected:
            self._break(f"the connection was not made within {CONNECTED_WITHIN:g} seconds")

    def _break(self, why: str) -> None:
        if not self._closed:
            self._sending.close()
            self._on_broken(why)


class EncodedTrack(MediaStreamTrack):
    """A track for aiortc, whose packets `send_encoded` gives to the sender instead."""

    kind = "audio"

    async def recv(self) -> MediaFrame:
        raise NotImplementedError("the sender reads the track: see aiortc_internals/packets.py")


def configuration_of(ice: Ice) -> RTCConfiguration:
    """The configuration for aiortc. Without servers it has none, not even aiortc's default, a public STUN server."""
    servers = [
        RTCIceServer(server["urls"], server.get("username"), server.get("credential"))
        for server in ice.servers
    ]
    policy = RTCIceTransportPolicy.RELAY if ice.relay_only else RTCIceTransportPolicy.ALL
    return RTCConfiguration(iceServers=servers, iceTransportPolicy=policy)


def description_of(body: Mapping[str, Any], candidates: Candidates) -> RTCSessionDescription:
    """A received description, with the candidates that may be used."""
    return RTCSessionDescription(candidates.filter_sdp(str(body["sdp"])), body["type"])


def dictionary_of(description: RTCSessionDescription) -> dict[str, str]:
    """A description as it is signaled: RTCSessionDescriptionInit."""
    return {"type": description.type, "sdp": description.sdp}
