"""The one connection to a media node, on aiortc: what `client_web/media/node_connection.js` is in a browser.

This side always offers, and the node answers with whose voice goes on which line: `a=msid:` says `user-7` for one
person (an SFU), `mix` for everybody (an MCU). There is one line for every voice; the first carries ours, too.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Any, Final, cast

from aiortc import MediaStreamTrack, RTCPeerConnection, RTCRtpTransceiver

from ..supervision import begin
from .aiortc_internals.connections import limit_input, path_of
from .aiortc_internals.packets import receive_packets, send_encoded
from .candidates import Candidates
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

MIX: Final = "mix"
"""The voice of everybody, as an MCU names it."""

ANSWERED_WITHIN: Final = 8.0  # seconds

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeCallbacks:
    """What a connection with a node calls: `send` with its signals, `on_track(mid, track)` once for each received track.

    `on_broken` is called when it has to be made anew. With `on_packet(mid, packet)` nothing is decoded, and the tracks stay
    silent.
    """

    send: Callable[[SignalKind, Any], None]
    on_track: Callable[[str, MediaStreamTrack], None]
    on_connected: Callable[[], None]
    on_broken: Callable[[str], None]
    on_packet: Callable[[str, RtpPacket], None] | None = None


class NodeConnection:
    """Opened by the first `hear`, then closed; every `hear` says anew whose voices there are.

    Without `audio.receives` there are no tracks of others. `carried` says whose audio each track has at the moment.
    """

    def __init__(self, ice: Ice, audio: AudioOptions, callbacks: NodeCallbacks) -> None:
        self._on_packet = callbacks.on_packet
        self.connected = False
        self.carried: dict[str, str] = {}
        """SentAudio by mid, as the node last answered."""
        self._sent_audio = sent_audio = audio.sent_audio
        self._receives = audio.receives
        self._send = callbacks.send
        self._on_track = callbacks.on_track
        self._on_connected = callbacks.on_connected
        self._on_broken = callbacks.on_broken
        self._held = ExitStack()
        self._closed = False
        self._deadline: asyncio.TimerHandle | None = None
        self._wanted: tuple[str, ...] | None = None
        self._answers: asyncio.Queue[Any] = asyncio.Queue(maxsize=10)
        self._changed = asyncio.Event()
        self._told: set[str] = set()
        self._candidates = Candidates(ice.reach)
        self._pc = pc = RTCPeerConnection(configuration_of(ice))
        pc.on("connectionstatechange", self._state_changed)
        mine = pc.addTransceiver("audio" if sent_audio is None else EncodedTrack(), audio.direction)
        self._prepare(mine)
        self._packets = PacketQueue()
        if sent_audio is not None:
            send_encoded(mine.sender, self._packets.next)
        self._task = begin(self._run(), "connection to a node")

    @property
    def pc(self) -> RTCPeerConnection:
        """For those who look closer: statistics, tests."""
        return self._pc

    def hear(self, voices: Sequence[str]) -> None:
        """These voices are to be heard."""
        wanted = tuple(voices) if self._receives else ()
        if wanted != self._wanted:
            self._wanted = wanted
            self._changed.set()

    def receive(self, kind: SignalKind, body: Any) -> None:
        """What the node said. It answers with all its candidates at once, and sends none later."""
        if kind == "answer":
            with suppress(asyncio.QueueFull):  # nobody asked for that many
                self._answers.put_nowait(body)

    async def close(self) -> None:
        """Hang up."""
        self._closed = True
        if self._deadline is not None:
            self._deadline.cancel()
        self._held.close()
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
        except Exception as error:  # noqa: BLE001 - what a node says ends this line, not us
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
        self.carried = voices_of(answer["sdp"])
        for transceiver in pc.getTransceivers():
            mid = str(transceiver.mid)
            track = cast(MediaStreamTrack | None, transceiver.receiver.track)
            # Of every line, whether it carries somebody already or not: aiortc queues without bound what nobody takes.
            if track is not None and mid not in self._told:
                self._told.add(mid)
                self._on_track(mid, track)

    def _prepare(self, transceiver: RTCRtpTransceiver) -> None:
        transceiver.setCodecPreferences(OPUS)
        on_packet = self._on_packet
        if on_packet is not None:  # which line it is, is known by the time a packet comes
            receive_packets(transceiver, lambda packet: on_packet(str(transceiver.mid), packet))

    def _state_changed(self) -> None:
        state = self._pc.connectionState
        if self._closed:
            return
        if state == "connected" and not self.connected:
            self.connected = True
            if self._sent_audio is not None:
                self._held.enter_context(self._sent_audio.sending_to(self._packets))
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
            self._held.close()
            self.connected = False
            self._on_broken(why)


def voices_of(sdp: str) -> dict[str, str]:
    """Which line of an answer carries whose voice: voice by mid."""
    voices: dict[str, str] = {}
    for media in re.split(r"^m=", sdp, flags=re.MULTILINE)[1:]:
        mid = re.search(r"^a=mid:(\S+)", media, re.MULTILINE)
        voice = re.search(r"^a=msid:(\S+)", media, re.MULTILINE)
        silent = re.search(r"^a=(recvonly|inactive)", media, re.MULTILINE)
        if mid and voice and not silent and voice[1] != "nobody":
            voices[mid[1]] = voice[1]
    return voices
