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
from .audio_connection import AudioOptions
from .mesh import Mesh, MeshCallbacks
from .node_rules import MIX, voice_of
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

RECORDED: Final = "recorded"  # the `reason` of a session that left because of a recording

Report = Callable[[str], None]
OnPacket = Callable[[Seat, RtpPacket], None]
"""Gets the seat whose audio it is (the node's for a mix), and an encoded frame."""


class RoomSession:
    """A session in a room. Made by `room_session`.

    `room` is the room's row, `seats` its seats by user. `ended` is set at the end, and `reason` then says why.
    """

    def __init__(
        self,
        client: SignalingClient,
        room: RoomId,
        *,
        sound: Sound | None,
        receives: bool,
        role: str | None,
        report: Report,
        on_packet: OnPacket | None = None,
        leaves_when_recorded: bool = False,
    ) -> None:
        self._on_packet = on_packet
        self.recording_state = RecordingState(report, leaves=leaves_when_recorded)
        self.sent_audio = None if sound is None else SentAudio(sound)
        self.seats: dict[UserId, Seat] = {}
        self.room: Mapping[str, Any] = {}
        self.ended = asyncio.Event()
        self.reason: str | None = None
        self.held_seat = HeldSeat(
            client, room, role=role, on_refused=self._refused, on_trouble=report
        )
        audio = AudioOptions(self.sent_audio, receives)
        of_mesh = MeshCallbacks(
            send=self.held_seat.send,
            forget=self.held_seat.forget,
            on_track=self._read_peer_track,
            on_connected=self._connected,
            on_packet=None if on_packet is None else self._on_mesh_packet,
        )
        of_routes = RouteCallbacks(
            send=self.held_seat.send,
            on_voice=self._read_node_track,
            on_connected=lambda seat: self._report_change(f"connected with {seat.username}"),
            on_packet=None if on_packet is None else self._on_node_packet,
        )
        self.mesh = Mesh(client.ice, audio, of_mesh)
        self.routes = Routes(self.mesh, client.ice, audio, of_routes)
        self._client = client
        self._report = report
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
        """The other participants, in the order they joined."""
        mine = self._client.user.id
        present = (s for s in self.seats.values() if s.user != mine and s.peer is not None)
        return sorted(present, key=lambda seat: seat.seq)

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

    async def until(self, condition: Callable[[RoomSession], object]) -> None:
        """Wait until this is true of the session; it is checked after each change."""
        while not condition(self):
            self._changed.clear()
            await self._changed.wait()

    async def run(self) -> None:
        """Follow the room until the session ends."""
        try:
            async for event in self.held_seat.events():
                await self._apply(event)
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

    async def _apply(self, event: Event) -> None:
        self.recording_state.update(event)
        match event:
            case Snapshot(epoch=epoch, room=room, signals=signals):
                if self._epoch not in (None, epoch):
                    await self.routes.log_lost()
                self._epoch = epoch
                self.room = room
                self.seats = seats_after(self.seats, event)
                await self._update()
                for signal in signals:
                    await self.routes.receive(signal)
            case RoomChanged(room=room):
                self.room = {**self.room, **room}
                await self._update()
            case SeatChanged() | SeatGone():
                self.seats = seats_after(self.seats, event)
                await self._update()
            case Signal():
                await self.routes.receive(event)
            case Ended(reason=reason):
                self.reason = reason

    async def _update(self) -> None:
        """Bring connections and sent audio in line with the seats."""
        me = self.me
        topology = str(self.room.get("topology", "mesh"))
        await self.routes.update(me, self.seats.values(), topology)
        if self.sent_audio is None:
            return
        self.sent_audio.allowed = me is not None and me.audible
        if me is not None and self._speaks:
            before, self._before = self._before, me
            if (function := next_action(before, me, self.room)) is not None:
                self._later(self._call_function(function))

    async def _call_function(self, function: str) -> None:
        """Call a function about my seat. The log says what it changed."""
        try:
            await self.held_seat.client.call(function, room_id=self.held_seat.room)
        except (Refused, ConnectionLost) as error:
            self._report(f"could not {function.replace('_', ' ')}: {error}")
        else:
            if function == "raise_hand":
                self._report(
                    "in the audience, with a raised hand: the host or a moderator can bring us on stage"
                )

    def _on_mesh_packet(self, peer: PeerId, packet: RtpPacket) -> None:
        seat = next((seat for seat in self.seats.values() if seat.peer == peer), None)
        if self._on_packet is not None and seat is not None and seat.audible:
            self._on_packet(seat, packet)

    def _on_node_packet(self, node: Seat, voice: str | None, packet: RtpPacket) -> None:
        seat = node if voice == MIX else self._seat_of(voice)
        if self._on_packet is not None and seat is not None and seat.audible:
            self._on_packet(seat, packet)

    def _read_peer_track(self, peer: PeerId, track: MediaStreamTrack) -> None:
        if self._on_packet is not None:
            return

        def received(samples: Block, position: int) -> None:
            seat = next((seat for seat in self.seats.values() if seat.peer == peer), None)
            self._deliver(seat, samples, position)

        self._later(read_track(track, received))

    def _read_node_track(
        self, node: Seat, voice: Callable[[], str | None], track: MediaStreamTrack
    ) -> None:
        if self._on_packet is not None:
            return

        def received(samples: Block, position: int) -> None:
            name = voice()
            if name == MIX:
                self._deliver(node, samples, position)
            else:
                seat = self._seat_of(name)
                if seat is not None and not self.routes.received_directly(seat.user):
                    self._deliver(seat, samples, position)

        self._later(read_track(track, received))

    def _seat_of(self, voice: str | None) -> Seat | None:
        return next((s for s in self.seats.values() if voice_of(s.user) == voice), None)

    def _deliver(self, seat: Seat | None, samples: Block, position: int) -> None:
        # The seat decides who is heard, whatever the sender's client, or a node, sends.
        if seat is None or not seat.audible or not self._listeners:
            return
        block = ReceivedAudio(seat, samples, position, level_of(samples))
        for listener in tuple(self._listeners):
            listener(block)

    def _connected(self, seat: Seat) -> None:
        self._report_change(f"connected with {seat.username}")
        self.routes.connected(seat)

    def _refused(self, signal: Outgoing, refused: Refused) -> None:
        log.info("a %s was refused: %s", signal.kind, refused)
        self._later(self.mesh.refused(signal.to_peer, signal.kind, refused.rule))

    def _report_change(self, words: str) -> None:
        self._changed.set()
        self._report(words)

    def _later(self, what: Coroutine[Any, Any, None]) -> None:
        self._tasks.once(what, "part of a room session")


@asynccontextmanager
async def room_session(
    client: SignalingClient,
    room: RoomId,
    *,
    sound: Sound | None = None,
    receives: bool = True,
    role: str | None = None,
    report: Report = lambda words: None,
    on_packet: OnPacket | None = None,
    leaves_when_recorded: bool = False,
) -> AsyncIterator[RoomSession]:
    """Take a seat in a room until the block ends, then leave it.

    `sound` is sent to the others (None: nothing). Without `receives` no audio is received. A seat with the role AUDIENCE
    only listens. `report` gets a line of text when something happens. With `on_packet(seat, packet)` audio is not decoded, which
    costs a tenth, and there is no `received_audio`. Raises Refused when the room may not be entered, and ConnectionLost when
    nothing answers.
    """
    session = RoomSession(
        client, room, sound=sound, receives=receives, role=role, report=report, on_packet=on_packet,
        leaves_when_recorded=leaves_when_recorded,
    )  # fmt: skip
    async with session.held_seat:
        running = {"room session": session.run()}
        if session.sent_audio is not None:
            running["sent audio"] = session.sent_audio.run()
        async with beside(**running):
            yield session
