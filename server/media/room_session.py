"""A session in a room: a seat, the audio sent, and the audio received."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from aiortc import MediaStreamTrack

from ..supervision import Supervisor, beside
from ..types import PeerId, RoomId, UserId
from .mesh import Mesh, MeshCallbacks
from .node_rules import MIX, voice_of
from .peer_connection import AudioOptions
from .received_audio import ReceivedAudio, ReceivedAudioQueue, read_track
from .recording_state import RecordingState
from .routes import RouteCallbacks, Routes
from .rtp import RtpPacket
from .seat_actions import next_action
from .sent_audio import SentAudio, level_of
from .signaling.client import ConnectionLost, Refused, SignalingClient
from .signaling.events import (
    Ended,
    Event,
    RoomChanged,
    Seat,
    SeatChanged,
    SeatGone,
    Signal,
    Snapshot,
    seats_after,
)
from .signaling.held_seat import HeldSeat
from .signaling.outbox import Outgoing
from .sounds import Block, Sound

log = logging.getLogger(__name__)

RECORDED: Final = "recorded"  # the `reason` of a session that ended by that

Say = Callable[[str], None]
OnPacket = Callable[[Seat, RtpPacket], None]
"""Who speaks (a mix is its node's), and an encoded frame of theirs."""


class RoomSession:
    """Being in a room. Made by `room_session`.

    `room` is its row, `seats` who is there; `ended` is set when it is over, and `reason` then says why.
    """

    def __init__(
        self,
        client: SignalingClient,
        room: RoomId,
        *,
        sound: Sound | None,
        receives: bool,
        role: str | None,
        say: Say,
        on_packet: OnPacket | None = None,
        leaves_when_recorded: bool = False,
    ) -> None:
        self._on_packet = on_packet
        self.recording_state = RecordingState(say, leaves=leaves_when_recorded)
        self.sent_audio = None if sound is None else SentAudio(sound)
        self.seats: dict[UserId, Seat] = {}
        self.room: Mapping[str, Any] = {}
        self.ended = asyncio.Event()
        self.reason: str | None = None
        self.held_seat = HeldSeat(client, room, role=role, on_refused=self._refused, on_trouble=say)
        audio = AudioOptions(self.sent_audio, receives)
        of_mesh = MeshCallbacks(
            send=self.held_seat.send,
            forget=self.held_seat.forget,
            on_track=self._listen,
            on_connected=self._connected,
            on_packet=None if on_packet is None else self._take_packet,
        )
        of_routes = RouteCallbacks(
            send=self.held_seat.send,
            on_voice=self._listen_to_node,
            on_connected=lambda seat: self._tell(f"connected with {seat.username}"),
            on_packet=None if on_packet is None else self._take_packet_of_node,
        )
        self.mesh = Mesh(client.ice, audio, of_mesh)
        self.routes = Routes(self.mesh, client.ice, audio, of_routes)
        self._client = client
        self._say = say
        self._listeners: set[Callable[[ReceivedAudio], None]] = set()
        self._queues: set[ReceivedAudioQueue] = set()
        self._changed = asyncio.Event()
        self._tasks = Supervisor()
        self._speaks = sound is not None and role != "AUDIENCE"
        self._before: Seat | None = None
        self._epoch: int | None = None

    @property
    def me(self) -> Seat | None:
        """My seat, if it is this session's."""
        seat = self.seats.get(self._client.user.id)
        return seat if seat is not None and seat.peer == self.held_seat.peer else None

    @property
    def others(self) -> list[Seat]:
        """Everybody else who is there, in the order they joined."""
        mine = self._client.user.id
        present = (s for s in self.seats.values() if s.user != mine and s.peer is not None)
        return sorted(present, key=lambda seat: seat.seq)

    def on_audio(self, listener: Callable[[ReceivedAudio], None]) -> None:
        """Call this with everything that is heard; it must not take long."""
        self._listeners.add(listener)

    async def received_audio(self) -> AsyncGenerator[ReceivedAudio, None]:
        """Everything that is heard from now on, until the session is over."""
        queue = ReceivedAudioQueue()
        self._queues.add(queue)
        self._listeners.add(queue.put)
        try:
            async for audio in queue:
                yield audio
        finally:
            self._queues.discard(queue)
            self._listeners.discard(queue.put)

    async def until(self, condition: Callable[[RoomSession], object]) -> None:
        """Wait until the room is as wanted; asked after each change."""
        while not condition(self):
            self._changed.clear()
            await self._changed.wait()

    async def run(self) -> None:
        """Follow the room until it is over."""
        try:
            async for event in self.held_seat.events():
                await self._take(event)
                self._changed.set()
                if self.recording_state.leaves:
                    self.reason = RECORDED
                    return
        finally:
            self.ended.set()
            self._changed.set()
            for queue in self._queues:
                queue.close()
            await self.routes.close()
            await self._tasks.close()

    async def _take(self, event: Event) -> None:
        self.recording_state.update(event)
        match event:
            case Snapshot(epoch=epoch, room=room, signals=signals):
                if self._epoch not in (None, epoch):
                    await self.routes.log_lost()
                self._epoch = epoch
                self.room = room
                self.seats = seats_after(self.seats, event)
                await self._settle()
                for signal in signals:
                    await self.routes.receive(signal)
            case RoomChanged(room=room):
                self.room = {**self.room, **room}
                await self._settle()
            case SeatChanged() | SeatGone():
                self.seats = seats_after(self.seats, event)
                await self._settle()
            case Signal():
                await self.routes.receive(event)
            case Ended(reason=reason):
                self.reason = reason

    async def _settle(self) -> None:
        """Bring everything in line with the seats: connections, and whether I may be heard."""
        me = self.me
        topology = str(self.room.get("topology", "mesh"))
        await self.routes.update(me, self.seats.values(), topology)
        if self.sent_audio is None:
            return
        self.sent_audio.allowed = me is not None and me.audible
        if me is not None and self._speaks:
            before, self._before = self._before, me
            if (function := next_action(before, me, self.room)) is not None:
                self._later(self._call(function))

    async def _call(self, function: str) -> None:
        """Ask for something about my seat; whatever comes of it comes through the log."""
        try:
            await self.held_seat.client.call(function, room_id=self.held_seat.room)
        except (Refused, ConnectionLost) as error:
            self._say(f"could not {function.replace('_', ' ')}: {error}")
        else:
            if function == "raise_hand":
                self._say(
                    "in the audience, with a hand up: the host or a moderator can bring us on stage"
                )

    def _take_packet(self, peer: PeerId, packet: RtpPacket) -> None:
        seat = next((seat for seat in self.seats.values() if seat.peer == peer), None)
        if self._on_packet is not None and seat is not None and seat.audible:
            self._on_packet(seat, packet)

    def _take_packet_of_node(self, node: Seat, voice: str | None, packet: RtpPacket) -> None:
        seat = node if voice == MIX else self._seat_of(voice)
        if self._on_packet is not None and seat is not None and seat.audible:
            self._on_packet(seat, packet)

    def _listen(self, peer: PeerId, track: MediaStreamTrack) -> None:
        if self._on_packet is not None:
            return

        def received(samples: Block, position: int) -> None:
            seat = next((seat for seat in self.seats.values() if seat.peer == peer), None)
            self._hand_out(seat, samples, position)

        self._later(read_track(track, received))

    def _listen_to_node(
        self, node: Seat, voice: Callable[[], str | None], track: MediaStreamTrack
    ) -> None:
        if self._on_packet is not None:
            return

        def received(samples: Block, position: int) -> None:
            name = voice()
            if name == MIX:
                self._hand_out(node, samples, position)
            else:
                seat = self._seat_of(name)
                if seat is not None and not self.routes.received_directly(seat.user):
                    self._hand_out(seat, samples, position)

        self._later(read_track(track, received))

    def _seat_of(self, voice: str | None) -> Seat | None:
        return next((s for s in self.seats.values() if voice_of(s.user) == voice), None)

    def _hand_out(self, seat: Seat | None, samples: Block, position: int) -> None:
        # Receivers decide what is heard, whatever the sender's client, or a node, sends.
        if seat is None or not seat.audible or not self._listeners:
            return
        block = ReceivedAudio(seat, samples, position, level_of(samples))
        for listener in tuple(self._listeners):
            listener(block)

    def _connected(self, seat: Seat) -> None:
        self._tell(f"connected with {seat.username}")
        self.routes.connected(seat)

    def _refused(self, signal: Outgoing, refused: Refused) -> None:
        log.info("a %s was refused: %s", signal.kind, refused)
        self._later(self.mesh.refused(signal.to_peer, signal.kind, refused.rule))

    def _tell(self, words: str) -> None:
        self._changed.set()
        self._say(words)

    def _later(self, what: Coroutine[Any, Any, None]) -> None:
        self._tasks.once(what, "part of a visit")


@asynccontextmanager
async def room_session(
    client: SignalingClient,
    room: RoomId,
    *,
    sound: Sound | None = None,
    receives: bool = True,
    role: str | None = None,
    say: Say = lambda words: None,
    on_packet: OnPacket | None = None,
    leaves_when_recorded: bool = False,
) -> AsyncIterator[RoomSession]:
    """Be in a room until the block ends, then leave it.

    `sound` is what the others hear (None: nothing). Without `receives` they need not send us anything. With the
    role AUDIENCE one only listens. `say` is told what happens, in plain words. With `on_packet(seat, packet)` what
    comes in is handed out undecoded, and nothing is `heard`: that costs a tenth. Raises Refused for a room one
    may not enter, and ConnectionLost when nobody answers.
    """
    session = RoomSession(
        client, room, sound=sound, receives=receives, role=role, say=say, on_packet=on_packet,
        leaves_when_recorded=leaves_when_recorded,
    )  # fmt: skip
    async with session.held_seat:
        running = {"visit": session.run()}
        if session.sent_audio is not None:
            running["voice"] = session.sent_audio.run()
        async with beside(**running):
            yield session
