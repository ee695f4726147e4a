"""The connection with a media node, on aiortc; `client_web/media/node_connection.js` is the same in a browser.

This side always offers. There is one media section per voice, and the node's answer names the voices (`node_rules.py`). The
first section also sends our audio.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Any, Final, cast

from aiortc import MediaStreamTrack, RTCPeerConnection, RTCRtpTransceiver

from ..supervision import begin
from .aiortc_internals.connections import limit_input, path_of
from .aiortc_internals.packets import receive_packets, send_encoded
from .candidates import Candidates
from .node_rules import voices_in
from .peer_connection import (
    CONNECTED_WITHIN,
    OPUS,
    AudioOptions,
    EncodedTrack,
    configuration_of,
    description_of,
    dictionary_of,
)
from .rtp import RtpPacket
from .sent_audio import PacketQueue
from .signaling.client import Ice
from .signaling.events import SignalKind

ANSWERED_WITHIN: Final = 8.0  # seconds

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeCallbacks:
    """What a connection with a node calls: `send` with its signals, `on_track(mid, track)` once for each received track.

    `on_broken` is called when a new one has to be made. With `on_packet(mid, packet)` nothing is decoded, and the tracks stay
    silent.
    """

    send: Callable[[SignalKind, Any], None]
    on_track: Callable[[str, MediaStreamTrack], None]
    on_connected: Callable[[], None]
    on_broken: Callable[[str], None]
    on_packet: Callable[[str, RtpPacket], None] | None = None


class NodeConnection:
    """Opened by the first `receive_voices`; each further call changes the voices. Without `audio.receives` there are no tracks."""

    def __init__(self, ice: Ice, audio: AudioOptions, callbacks: NodeCallbacks) -> None:
        self._on_packet = callbacks.on_packet
        self.connected = False
        self.voices: dict[str, str] = {}
        """By mid, as the node last answered."""
        self._sent_audio = sent_audio = audio.sent_audio
        self._receives = audio.receives
        self._send = callbacks.send
        self._on_track = callbacks.on_track
        self._on_connected = callbacks.on_connected
        self._on_broken = callbacks.on_broken
        self._sending = ExitStack()
        self._closed = False
        self._deadline: asyncio.TimerHandle | None = None
        self._wanted: tuple[str, ...] | None = None
        self._answers: asyncio.Queue[Any] = asyncio.Queue(maxsize=10)
        self._changed = asyncio.Event()
        self._announced: set[str] = set()
        self._candidates = Candidates(ice.reach)
        self._pc = pc = RTCPeerConnection(configuration_of(ice))
        pc.on("connectionstatechange", self._state_changed)
        first = pc.addTransceiver(
            "audio" if sent_audio is None else EncodedTrack(), audio.direction
        )
        self._prepare(first)
        self._packets = PacketQueue()
        if sent_audio is not None:
            send_encoded(first.sender, self._packets.next)
        self._task = begin(self._run(), "connection to a node")

    @property
    def pc(self) -> RTCPeerConnection:
        """For statistics and tests."""
        return self._pc

    def receive_voices(self, voices: Sequence[str]) -> None:
        """Receive these voices from now on."""
        wanted = tuple(voices) if self._receives else ()
        if wanted != self._wanted:
            self._wanted = wanted
            self._changed.set()

    def receive(self, kind: SignalKind, body: Any) -> None:
        """A signal of the node. Its answer has all its candidates; it sends none later."""
        if kind == "answer":
            with suppress(asyncio.QueueFull):  # there are more answers than offers
                self._answers.put_nowait(body)

    async def close(self) -> None:
        """Close the connection."""
        self._closed = True
        if self._deadline is not None:
            self._deadline.cancel()
        self._sending.close()
        if self._task is not asyncio.current_task():
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self._pc.close()

    async def _run(self) -> None:
        try:
            while True:
                await self._changed.wait()
                self._changed.clear()
                await self._negotiate(self._wanted or ())
        except TimeoutError:
            self._break("the node does not answer")
        except Exception as error:  # noqa: BLE001 - what a node sends ends this connection, not the session
            self._break(f"{type(error).__name__}: {error}")

    async def _negotiate(self, voices: tuple[str, ...]) -> None:
        pc = self._pc
        while len(pc.getTransceivers()) < len(voices):
            self._prepare(pc.addTransceiver("audio", "recvonly"))
        limit_input(pc)  # the new ones, too
        await pc.setLocalDescription(await pc.createOffer())
        self._send("offer", dictionary_of(pc.localDescription))
        async with asyncio.timeout(ANSWERED_WITHIN):
            answer = await self._answers.get()
        await pc.setRemoteDescription(description_of(answer, self._candidates))
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

    def _state_changed(self) -> None:
        state = self._pc.connectionState
        if self._closed:
            return
        if state == "connected" and not self.connected:
            self.connected = True
            if self._sent_audio is not None:
                self._sending.enter_context(self._sent_audio.sending_to(self._packets))
            self._send("connected", path_of(self._pc) or {})
            self._on_connected()
        elif state == "connecting" and self._deadline is None:
            self._deadline = asyncio.get_running_loop().call_later(
                CONNECTED_WITHIN, self._check_connected
            )
        elif state in ("failed", "closed"):
            self._break(f"the connection is {state}")

    def _check_connected(self) -> None:
        if not self.connected:
            self._break(f"the connection was not made within {CONNECTED_WITHIN:g} seconds")

    def _break(self, why: str) -> None:
        if not self._closed:
            self._sending.close()
            self.connected = False
            self._on_broken(why)
