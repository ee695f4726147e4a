"""The audio of one session: the sound that it sends, and what it receives of the others.

The seat decides who is heard, whatever the sender's client, or a node, sends.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any

from aiortc import MediaStreamTrack

from ..supervision import Supervisor
from ..types import PeerId, UserId
from .audio_connection import AudioOptions
from .node_rules import MIX, voice_of
from .received_audio import ReceivedAudio, ReceivedAudioQueue, read_track
from .rtp import RtpPacket
from .sent_audio import SentAudio, level_of
from .signaling.events import Seat
from .sounds import Block, Sound

OnPacket = Callable[[Seat, RtpPacket], None]
"""Gets the seat whose audio it is (the node's for a mix), and an encoded frame."""


class SessionAudio:
    """`options` are for the connections, whose tracks or packets are given to this object.

    With `on_packet` received audio is not decoded, and no listener is called.
    """

    def __init__(
        self, sound: Sound | None, *, receives: bool, on_packet: OnPacket | None = None
    ) -> None:
        self.sent_audio = None if sound is None else SentAudio(sound)
        self.options = AudioOptions(self.sent_audio, receives)
        self.on_packet = on_packet
        self._seats: Mapping[UserId, Seat] = {}
        self._listeners: set[Callable[[ReceivedAudio], None]] = set()
        self._queues: set[ReceivedAudioQueue] = set()
        self._tasks = Supervisor()

    def update(self, me: Seat | None, seats: Mapping[UserId, Seat]) -> None:
        """Send and receive what these seats may, from now on."""
        self._seats = seats
        if self.sent_audio is not None:
            self.sent_audio.allowed = me is not None and me.audible

    def on_audio(self, listener: Callable[[ReceivedAudio], None]) -> None:
        """Call `listener` with all received audio. It must return quickly."""
        self._listeners.add(listener)

    async def received_audio(self) -> AsyncGenerator[ReceivedAudio, None]:
        """All audio that is received from now on, until the session ends."""
        queue = ReceivedAudioQueue()
        self._queues.add(queue)
        self._listeners.add(queue.put)
        try:
            async for audio in queue:
                yield audio
        finally:
            self._queues.discard(queue)
            self._listeners.discard(queue.put)

    def receive_peer_track(self, peer: PeerId, track: MediaStreamTrack) -> None:
        """Read the track of this session until it ends."""
        self._read(track, lambda samples, at: self._deliver(self._seat_of_peer(peer), samples, at))

    def receive_node_track(
        self, node: Seat, voice: Callable[[], str | None], track: MediaStreamTrack
    ) -> None:
        """Read this track of a node until it ends; `voice()` is whose audio it is at the moment."""
        self._read(
            track,
            lambda samples, at: self._deliver(self._seat_of_voice(node, voice()), samples, at),
        )

    def receive_peer_packet(self, peer: PeerId, packet: RtpPacket) -> None:
        self._pass_on(self._seat_of_peer(peer), packet)

    def receive_node_packet(self, node: Seat, voice: str | None, packet: RtpPacket) -> None:
        self._pass_on(self._seat_of_voice(node, voice), packet)

    async def close(self) -> None:
        for queue in self._queues:
            queue.close()
        await self._tasks.close()

    def _read(self, track: MediaStreamTrack, on_block: Callable[[Block, int], Any]) -> None:
        if self.on_packet is None:
            self._tasks.once(read_track(track, on_block), "reading of a track")

    def _seat_of_peer(self, peer: PeerId) -> Seat | None:
        return next((seat for seat in self._seats.values() if seat.peer == peer), None)

    def _seat_of_voice(self, node: Seat, voice: str | None) -> Seat | None:
        if voice == MIX:
            return node
        return next((s for s in self._seats.values() if voice_of(s.user) == voice), None)

    def _pass_on(self, seat: Seat | None, packet: RtpPacket) -> None:
        if self.on_packet is not None and seat is not None and seat.audible:
            self.on_packet(seat, packet)

    def _deliver(self, seat: Seat | None, samples: Block, position: int) -> None:
        if seat is None or not seat.audible or not self._listeners:
            return
        block = ReceivedAudio(seat, samples, position, level_of(samples))
        for listener in tuple(self._listeners):
            listener(block)
