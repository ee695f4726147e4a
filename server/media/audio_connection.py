"""A participant's connection, which sends their audio: with another participant (`direct_connection.py`), or with a node (`node_connection.py`)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final

from aiortc import MediaStreamTrack, RTCRtpSender, RTCSessionDescription
from av.frame import Frame as MediaFrame

from ..supervision import begin, stop
from .aiortc_internals.connections import path_of
from .aiortc_internals.packets import send_encoded
from .rtc_connection import RtcConnection
from .sent_audio import PacketQueue, SentAudio
from .signaling.client import Ice
from .signaling.events import SignalKind

OPUS: Final = [
    codec
    for codec in RTCRtpSender.getCapabilities("audio").codecs
    if codec.mimeType == "audio/opus"
]


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
    """What a connection calls: `send` with its signals, `on_connected` once, `on_broken` when a new one has to be made.

    A connection with a node calls `on_heard` with the first packet on each of its tracks.
    """

    send: Callable[[SignalKind, Any], None]
    on_connected: Callable[[], None] = lambda: None
    on_heard: Callable[[], None] = lambda: None
    on_broken: Callable[[str], None] = lambda why: None


class AudioConnection(RtcConnection):
    """Its first transceiver sends our audio. `offers`: this side offers, and reports `connected`."""

    def __init__(
        self, ice: Ice, audio: AudioOptions, callbacks: ConnectionCallbacks, *, offers: bool
    ) -> None:
        super().__init__(ice)
        self.offers = offers
        self.connected = False
        self._send = callbacks.send
        self._on_connected = callbacks.on_connected
        self._on_broken = callbacks.on_broken
        self._sending = ExitStack()
        self._task: asyncio.Task[None] | None = None
        self._sent_audio = sent_audio = audio.sent_audio
        self._packets = PacketQueue()
        self._first = self._pc.addTransceiver(
            "audio" if sent_audio is None else EncodedTrack(), audio.direction
        )
        self._first.setCodecPreferences(OPUS)
        if sent_audio is not None:
            send_encoded(self._first.sender, self._packets.next)

    async def close(self) -> None:
        self._closed = True
        self._sending.close()
        if self._task is not None and self._task is not asyncio.current_task():
            await stop(self._task)
        await super().close()

    def _begin(self, negotiate: Coroutine[Any, Any, None], name: str) -> None:
        """Negotiate in a task of its own. An error breaks this connection, not the session."""

        async def run() -> None:
            try:
                await negotiate
            except Exception as error:  # noqa: BLE001 - whatever the other side may send
                self._break(f"{type(error).__name__}: {error}")

        self._task = begin(run(), name)

    async def _set_remote_description(self, body: Mapping[str, Any]) -> None:
        sdp = self._candidates.filter_sdp(str(body["sdp"]))
        await self._pc.setRemoteDescription(RTCSessionDescription(sdp, body["type"]))

    def _state_changed(self) -> None:
        super()._state_changed()
        if self._closed:
            return
        if self.state == "connected" and not self.connected:
            self.connected = True
            if self._sent_audio is not None:
                self._sending.enter_context(self._sent_audio.sending_to(self._packets))
            if self.offers:
                self._send("connected", path_of(self._pc) or {})
            self._on_connected()
        elif self.state in ("failed", "closed"):
            # The other side closed the connection: DTLS says so, with or without a bye.
            self._break(f"the connection is {self.state}")

    def _not_connected(self, why: str) -> None:
        self._break(why)

    def _break(self, why: str) -> None:
        if not self._closed:
            self._sending.close()
            self._on_broken(why)


class EncodedTrack(MediaStreamTrack):
    """A track for aiortc, whose packets `send_encoded` gives to the sender instead."""

    kind = "audio"

    async def recv(self) -> MediaFrame:
        raise NotImplementedError("the sender reads the track: see aiortc_internals/packets.py")
