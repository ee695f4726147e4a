"""A direct connection with one other participant, on aiortc.

It knows no rows: it calls `send` with its signals, and `receive` gets those of the other side, in order. aiortc gathers before
it makes a description, so its descriptions have all candidates and it sends none later; candidates that the other side sends
later are used. aiortc can neither roll back nor restart ICE: where that is needed, `on_broken` is called, and a new connection is made.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Mapping
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
from .aiortc_internals.connections import limit_input, path_of
from .aiortc_internals.packets import receive_packets, send_encoded
from .candidates import Candidates
from .rtp import OnPacket
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

SECTIONS_LIMIT: Final = 1
"""Media sections of a description; each could be a transport with ports of its own."""

log = logging.getLogger(__name__)


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
class PeerCallbacks:
    """What a connection calls: `send` with its signals, `on_track` with the received track, `on_connected` once.

    `on_broken` is called when both sides have to make a new connection. With `on_packet` packets are not decoded but handed
    out as they come, and the track stays silent.
    """

    send: Callable[[SignalKind, Any], None]
    on_track: Callable[[MediaStreamTrack], None]
    on_connected: Callable[[], None] = lambda: None
    on_broken: Callable[[str], None] = lambda why: None
    on_packet: OnPacket | None = None


class PeerConnection:
    """Call `start`, and `close` at the end. `offers`: this side makes the offer."""

    def __init__(
        self, ice: Ice, audio: AudioOptions, callbacks: PeerCallbacks, *, offers: bool
    ) -> None:
        self.offers = offers
        self.connected = False
        self._send = callbacks.send
        self._on_connected = callbacks.on_connected
        self._on_broken = callbacks.on_broken
        self._sending = ExitStack()
        self._closed = False
        self._deadline: asyncio.TimerHandle | None = None
        self._remote_sdp: str | None = None
        self._inbox: asyncio.Queue[tuple[str, Any]] = asyncio.Queue(maxsize=200)
        self._task: asyncio.Task[None] | None = None
        self._candidates = Candidates(ice.reach)
        self._pc = pc = RTCPeerConnection(configuration_of(ice))
        pc.on("connectionstatechange", self._changed)
        pc.on("track", callbacks.on_track)
        sent_audio = audio.sent_audio
        transceiver = pc.addTransceiver(
            "audio" if sent_audio is None else EncodedTrack(), audio.direction
        )
        transceiver.setCodecPreferences(OPUS)
        limit_input(pc)
        if callbacks.on_packet is not None:
            receive_packets(transceiver, callbacks.on_packet)
        self._sent_audio = sent_audio
        self._packets = PacketQueue()
        if sent_audio is not None:
            send_encoded(transceiver.sender, self._packets.next)

    @property
    def pc(self) -> RTCPeerConnection:
        """For statistics and tests."""
        return self._pc

    def start(self) -> None:
        """Offer, or wait for an offer."""
        self._task = begin(self._run(), "connection")

    def receive(self, kind: SignalKind, body: Any) -> None:
        """A signal of the other side. Signals are handled in order; this does not wait."""
        try:
            self._inbox.put_nowait((kind, body))
        except asyncio.QueueFull:
            self._break("the other side sends too many signals")

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

    async def _run(self) -> None:
        try:
            if self.offers:
                await self._pc.setLocalDescription()
                self._send("offer", dictionary_of(self._pc.localDescription))
            while True:
                kind, body = await self._inbox.get()
                await self._handle(kind, body)
        except Exception as error:  # noqa: BLE001 - what the other side sends ends this connection, not the session
            self._break(f"{type(error).__name__}: {error}")

    async def _handle(self, kind: str, body: Any) -> None:
        pc = self._pc
        if kind == "candidate":
            if self._remote_sdp is not None:
                for candidate in self._candidates.parse(body):
                    await pc.addIceCandidate(candidate)
        elif kind == "answer":
            if pc.signalingState == "have-local-offer":
                await self._set_remote_description(body)
        elif kind == "offer":
            if pc.signalingState != "stable":
                return  # both sides offered; ours counts, and the other side offers again after our bye
            if self._remote_sdp is not None and restarts(self._remote_sdp, body["sdp"]):
                self._break("the other side restarts ICE")
                return
            await self._set_remote_description(body)
            await pc.setLocalDescription()
            self._send("answer", dictionary_of(pc.localDescription))

    async def _set_remote_description(self, body: Mapping[str, Any]) -> None:
        if str(body["sdp"]).count("\nm=") > SECTIONS_LIMIT:
            raise ValueError(f"a direct connection has {SECTIONS_LIMIT} media section")
        await self._pc.setRemoteDescription(description_of(body, self._candidates))
        self._remote_sdp = body["sdp"]

    def _changed(self) -> None:
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


def restarts(before: str, offer: str) -> bool:
    """Whether an offer restarts ICE: its user fragment is another (RFC 8839, section 5.4)."""
    return _fragment(before) != _fragment(offer)


def _fragment(sdp: str) -> str | None:
    found = re.search(r"^a=ice-ufrag:(\S+)", sdp, re.MULTILINE)
    return found and found[1]


def description_of(body: Mapping[str, Any], candidates: Candidates) -> RTCSessionDescription:
    """A received description, with the candidates that may be used."""
    return RTCSessionDescription(candidates.filter_sdp(str(body["sdp"])), body["type"])


def dictionary_of(description: RTCSessionDescription) -> dict[str, str]:
    """A description as it is signaled: RTCSessionDescriptionInit."""
    return {"type": description.type, "sdp": description.sdp}
