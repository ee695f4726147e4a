"""The connection with a media node, on aiortc; `client_web/media/node_connection.js` is the same in a browser.

This side always offers. There is one media section per voice, and the node's answer names the voices (`node_rules.py`). The
first section also sends our audio.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, cast

from aiortc import MediaStreamTrack, RTCRtpTransceiver

from .aiortc_internals.packets import on_first_packet, receive_packets
from .audio_connection import OPUS, AudioConnection, AudioOptions, ConnectionCallbacks
from .node_rules import voices_in
from .rtp import RtpPacket
from .signaling.client import Ice
from .signaling.events import SignalKind

ANSWERED_WITHIN: Final = 8.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeCallbacks(ConnectionCallbacks):
    """`on_track(mid, track)` gets each received track once.

    With `on_packet(mid, packet)` nothing is decoded, and the tracks stay silent.
    """

    on_track: Callable[[str, MediaStreamTrack], None]
    on_packet: Callable[[str, RtpPacket], None] | None = None


class NodeConnection(AudioConnection):
    """Opened by the first `receive_voices`; each further call changes the voices. Without `audio.receives` there are no tracks."""

    def __init__(self, ice: Ice, audio: AudioOptions, callbacks: NodeCallbacks) -> None:
        super().__init__(ice, audio, callbacks, offers=True)
        self.voices: dict[str, str] = {}
        """By mid, as the node last answered."""
        self._receives = audio.receives
        self._on_track = callbacks.on_track
        self._on_packet = callbacks.on_packet
        self._wanted: tuple[str, ...] | None = None
        self._answers: asyncio.Queue[Any] = asyncio.Queue(maxsize=10)
        self._changed = asyncio.Event()
        self._announced: set[str] = set()
        self._heard: set[str] = set()
        self._on_heard = callbacks.on_heard
        self._prepare(self._first)
        self._begin(self._keep_negotiating(), "connection to a node")

    def receive_voices(self, voices: Sequence[str]) -> None:
        """Receive these voices from now on."""
        wanted = tuple(voices) if self._receives else ()
        if wanted != self._wanted:
            self._wanted = wanted
            self._changed.set()

    def hears(self, voice: str) -> bool:
        """Whether a packet of this voice has come, or none is wanted."""
        heard = any(self.voices.get(mid) == voice for mid in self._heard)
        return heard or not self._receives

    def receive(self, kind: SignalKind, body: Any) -> None:
        """A signal of the node. Its answer has all its candidates; it sends none later."""
        if kind == "answer":
            with suppress(asyncio.QueueFull):  # there are more answers than offers
                self._answers.put_nowait(body)

    async def _keep_negotiating(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self._negotiate(self._wanted or ())

    async def _negotiate(self, voices: tuple[str, ...]) -> None:
        pc = self._pc
        while len(pc.getTransceivers()) < len(voices):
            self._prepare(pc.addTransceiver("audio", "recvonly"))
        self._send("offer", await self._describe())
        try:
            async with asyncio.timeout(ANSWERED_WITHIN):
                answer = await self._answers.get()
        except TimeoutError:
            raise TimeoutError("the node does not answer") from None
        await self._set_remote_description(answer)
        self.voices = voices_in(answer["sdp"])
        for transceiver in pc.getTransceivers():
            mid = str(transceiver.mid)
            track = cast(MediaStreamTrack | None, transceiver.receiver.track)
            # Every track is read, with a voice or without: aiortc queues its frames without bound.
            if track is not None and mid not in self._announced:
                self._announced.add(mid)
                self._on_track(mid, track)

    def _prepare(self, transceiver: RTCRtpTransceiver) -> None:
        transceiver.setCodecPreferences(OPUS)
        on_packet = self._on_packet
        if on_packet is not None:  # the mid is known when a packet arrives
            receive_packets(transceiver, lambda packet: on_packet(str(transceiver.mid), packet))
        on_first_packet(transceiver, lambda: self._hear(str(transceiver.mid)))

    def _hear(self, mid: str) -> None:
        self._heard.add(mid)
        self._on_heard()

    def _break(self, why: str) -> None:
        # so that the audio takes another route until there is a new connection
        self.connected = False
        super()._break(why)
