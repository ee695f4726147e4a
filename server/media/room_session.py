"""A visit to a room: a seat, a voice, and ears."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from aiortc import MediaStreamTrack

from ..supervision import Supervisor, beside
from ..types import PeerId, RoomId, UserId
from .mesh import Mesh
from .node_connection import MIX
from .received_audio import Heard, Hearing, hear
from .recorded import Recorded
from .routes import Routes
from .rtp import RtpPacket
from .seat_actions import wish
from .sent_audio import Voice, level_of
from .signaling.client import Line, LineLost, Refused
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
from .signaling.held_seat import Attendance
from .signaling.outbox import Outgoing
from .sounds import Block, Sound

log = logging.getLogger(__name__)

RECORDED: Final = "recorded"  # the `reason` of a visit that ended by that

Say = Callable[[str], None]
OnPacket = Callable[[Seat, RtpPacket], None]
"""Who speaks (a mix is its node's), and an encoded frame of theirs."""


class Visit:
    """Being in a room. Made by `visiting`.

    `room` is its row, `seats` who is there; `ended` is set when it is over, and `reason` then says why.
    """

    def __init__(
        self,
        line: Line,
        room: RoomId,
        *,
        sound: Sound | None,
        hears: bool,
        role: str | None,
        say: Say,
        on_packet: OnPacket | None = None,
        leaves_when_recorded: bool = False,
    ) -> None:
        self._on_packet = on_packet
        self.recorded = Recorded(say, leaves=leaves_when_recorded)
        self.voice = None if sound is None else Voice(sound)
        self.seats: dict[UserId, Seat] = {}
        self.room: Mapping[str, Any] = {}
        self.ended = asyncio.Event()
        self.reason: str | None = None
        self.attendance = Attendance(
            line, room, role=role, on_refused=self._refused, on_trouble=say
        )
        self.mesh = Mesh(
            ice=line.ice,
            voice=self.voice,
            hears=hears,
            send=self.attendance.send,
            forget=self.attendance.forget,
            on_track=self._listen,
            on_connected=self._connected,
            on_packet=None if on_packet is None else self._take_packet,
        )
        self.routes = Routes(
            self.mesh,
            ice=line.ice,
            voice=self.voice,
            hears=hears,
            send=self.attendance.send,
            on_voice=self._listen_to_node,
            on_connected=lambda seat: self._tell(f"connected with {seat.username}"),
            on_packet=None if on_packet is None else self._take_packet_of_node,
        )
        self._line = line
        self._say = say
        self._listeners: set[Callable[[Heard], None]] = set()
        self._hearings: set[Hearing] = set()
        self._changed = asyncio.Event()
        self._tasks = Supervisor()
        self._speaks = sound is not None and role != "AUDIENCE"
        self._before: Seat | None = None
        self._epoch: int | None = None

    @property
    def me(self) -> Seat | None:
        """My seat, if it is this session's."""
        seat = self.seats.get(self._line.user.id)
        return seat if seat is not None and seat.peer == self.attendance.peer else None

    @property
    def others(self) -> list[Seat]:
        """Everybody else who is there, in the order they joined."""
        mine = self._line.user.id
        present = (s for s in self.seats.values() if s.user != mine and s.peer is not None)
        return sorted(present, key=lambda seat: seat.seq)

    def on_heard(self, listener: Callable[[Heard], None]) -> None:
        """Call this with everything that is heard; it must not take long."""
        self._listeners.add(listener)

    async def heard(self) -> AsyncGenerator[Heard, None]:
        """Everything that is heard from now on, until the visit is over."""
        hearing = Hearing()
        self._hearings.add(hearing)
        self._listeners.add(hearing.put)
        try:
            async for heard in hearing:
                yield heard
        finally:
            self._hearings.discard(hearing)
            self._listeners.discard(hearing.put)

    async def until(self, condition: Callable[[Visit], object]) -> None:
        """Wait until the room is as wanted; asked after each change."""
        while not condition(self):
            self._changed.clear()
            await self._changed.wait()

    async def run(self) -> None:
        """Follow the room until it is over."""
        try:
            async for event in self.attendance.events():
                await self._take(event)
                self._changed.set()
                if self.recorded.leaves:
                    self.reason = RECORDED
                    return
        finally:
            self.ended.set()
            self._changed.set()
            for hearing in self._hearings:
                hearing.close()
            await self.routes.close()
            await self._tasks.close()

    async def _take(self, event: Event) -> None:
        self.recorded.take(event)
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
        if self.voice is None:
            return
        self.voice.allowed = me is not None and me.audible
        if me is not None and self._speaks:
            before, self._before = self._before, me
            if (function := wish(before, me, self.room)) is not None:
                self._later(self._call(function))

    async def _call(self, function: str) -> None:
        """Ask for something about my seat; whatever comes of it comes through the log."""
        try:
            await self.attendance.line.call(function, room_id=self.attendance.room)
        except (Refused, LineLost) as error:
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

        def heard(samples: Block, position: int) -> None:
            seat = next((seat for seat in self.seats.values() if seat.peer == peer), None)
            self._hand_out(seat, samples, position)

        self._later(hear(track, heard))

    def _listen_to_node(
        self, node: Seat, voice: Callable[[], str | None], track: MediaStreamTrack
    ) -> None:
        if self._on_packet is not None:
            return

        def heard(samples: Block, position: int) -> None:
            name = voice()
            if name == MIX:
                self._hand_out(node, samples, position)
            else:
                seat = self._seat_of(name)
                if seat is not None and not self.routes.heard_elsewhere(seat.user):
                    self._hand_out(seat, samples, position)

        self._later(hear(track, heard))

    def _seat_of(self, voice: str | None) -> Seat | None:
        return next((s for s in self.seats.values() if f"user-{s.user}" == voice), None)

    def _hand_out(self, seat: Seat | None, samples: Block, position: int) -> None:
        # Receivers decide what is heard, whatever the sender's client, or a node, sends.
        if seat is None or not seat.audible or not self._listeners:
            return
        block = Heard(seat, samples, position, level_of(samples))
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
async def visiting(
    line: Line,
    room: RoomId,
    *,
    sound: Sound | None = None,
    hears: bool = True,
    role: str | None = None,
    say: Say = lambda words: None,
    on_packet: OnPacket | None = None,
    leaves_when_recorded: bool = False,
) -> AsyncIterator[Visit]:
    """Be in a room until the block ends, then leave it.

    `sound` is what the others hear (None: nothing). Without `hears` they need not send us anything. With the
    role AUDIENCE one only listens. `say` is told what happens, in plain words. With `on_packet(seat, packet)` what
    comes in is handed out undecoded, and nothing is `heard`: that costs a tenth. Raises Refused for a room one
    may not enter, and LineLost when nobody answers.
    """
    visit = Visit(
        line, room, sound=sound, hears=hears, role=role, say=say, on_packet=on_packet,
        leaves_when_recorded=leaves_when_recorded,
    )  # fmt: skip
    async with visit.attendance:
        running = {"visit": visit.run()}
        if visit.voice is not None:
            running["voice"] = visit.voice.run()
        async with beside(**running):
            yield visit
