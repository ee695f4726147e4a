"""One connection with one other person, on aiortc.

It knows no rows: what it has to say goes to `send`, what the other side says comes in through `receive`, in
order. aiortc gathers before it describes itself, so its descriptions are whole and it trickles nothing; what
the other side trickles is taken. It can neither roll back nor restart ICE: what would need that is a new
connection, and `on_broken` says so.
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
"""Of a description; each could be a transport with ports of its own."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AudioOptions:
    """What a connection sends (None: nothing, ever), and whether it receives audio."""

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
    """Made, then `start`ed, then closed. `offers`: this side makes the offer."""

    def __init__(
        self, ice: Ice, audio: AudioOptions, callbacks: PeerCallbacks, *, offers: bool
    ) -> None:
        self.offers = offers
        self.connected = False
        self._send = callbacks.send
        self._on_connected = callbacks.on_connected
        self._on_broken = callbacks.on_broken
        self._held = ExitStack()
        self._closed = False
        self._deadline: asyncio.TimerHandle | None = None
        self._theirs: str | None = None
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
        """For those who look closer: statistics, tests."""
        return self._pc

    def start(self) -> None:
        """Begin: offer, or wait for an offer."""
        self._task = begin(self._run(), "connection")

    def receive(self, kind: SignalKind, body: Any) -> None:
        """What the other side said; taken in order, and never waited for."""
        try:
            self._inbox.put_nowait((kind, body))
        except asyncio.QueueFull:
            self._break("it says more than anybody can take in")

    async def close(self) -> None:
        """Hang up."""
        self._closed = True
        if self._deadline is not None:
            self._deadline.cancel()
        self._held.close()
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
                await self._take(kind, body)
        except Exception as error:  # noqa: BLE001 - what a stranger sends ends their connection, not ours
            self._break(f"{type(error).__name__}: {error}")

    async def _take(self, kind: str, body: Any) -> None:
        pc = self._pc
        if kind == "candidate":
            if self._theirs is not None:
                for candidate in self._candidates.of(body):
                    await pc.addIceCandidate(candidate)
        elif kind == "answer":
            if pc.signalingState == "have-local-offer":
                await self._described(body)
        elif kind == "offer":
            if pc.signalingState != "stable":
                return  # theirs and ours crossed; ours stands, and theirs is made anew after our bye
            if self._theirs is not None and restarts(self._theirs, body["sdp"]):
                self._break("the other side restarts ICE")
                return
            await self._described(body)
            await pc.setLocalDescription()
            self._send("answer", dictionary_of(pc.localDescription))

    async def _described(self, body: Mapping[str, Any]) -> None:
        if str(body["sdp"]).count("\nm=") > SECTIONS_LIMIT:
            raise ValueError("two peers have one connection, of one section")
        await self._pc.setRemoteDescription(description_of(body, self._candidates))
        self._theirs = body["sdp"]

    def _changed(self) -> None:
        state = self._pc.connectionState
        if self._closed:
            return
        if state == "connected" and not self.connected:
            self.connected = True
            if self._sent_audio is not None:
                self._held.enter_context(self._sent_audio.sending_to(self._packets))
            if self.offers:
                self._send("connected", path_of(self._pc) or {})
            self._on_connected()
        elif state == "connecting" and self._deadline is None:
            self._deadline = asyncio.get_running_loop().call_later(
                CONNECTED_WITHIN, self._check_connected
            )
        elif state in ("failed", "closed"):
            # Closed without us: DTLS said goodbye, or the other side hung up without a bye.
            self._break(f"the connection is {state}")

    def _check_connected(self) -> None:
        if not self.connected:
            self._break(f"the connection was not made within {CONNECTED_WITHIN:g} seconds")

    def _break(self, why: str) -> None:
        if not self._closed:
            self._held.close()
            self._on_broken(why)


class EncodedTrack(MediaStreamTrack):
    """Stands for a voice towards aiortc, which takes its packets past it (`inside.send_encoded`)."""

    kind = "audio"

    async def recv(self) -> MediaFrame:
        raise NotImplementedError("aiortc asks the track itself: see inside.py")


def configuration_of(ice: Ice) -> RTCConfiguration:
    """aiortc's own configuration; without servers there are none, not even somebody's public one."""
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
    """A description as it came, with the candidates that may be used."""
    return RTCSessionDescription(candidates.screened(str(body["sdp"])), body["type"])


def dictionary_of(description: RTCSessionDescription) -> dict[str, str]:
    """A description as it is signaled: RTCSessionDescriptionInit."""
    return {"type": description.type, "sdp": description.sdp}
