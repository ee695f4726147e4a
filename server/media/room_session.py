"""A session in a room: a seat, the audio sent, and the audio received."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from ..supervision import Supervisor, beside
from ..types import RoomId, UserId
from .mesh import Mesh, MeshCallbacks
from .node_connections import RouteCallbacks
from .recording_state import RecordingState
from .routes import Routes
from .seat_actions import SeatActions
from .session_audio import OnPacket, SessionAudio
from .signaling.client import Refused, SignalingClient
from .signaling.events import (
    Audience,
    Ended,
    Event,
    RoomChanged,
    Seat,
    SeatChanged,
    SeatGone,
    Signal,
    Snapshot,
)
from .signaling.held_seat import HeldSeat
from .signaling.outbox import Outgoing
from .signaling.room_state import RoomState
from .sounds import Sound

log = logging.getLogger(__name__)

RECORDED: Final = "recorded"  # the `reason` of a session that left because of a recording
ENCRYPTED: Final = (
    "encrypted"  # of one in a room whose audio browsers encrypt, which Python peers cannot
)

Report = Callable[[str], None]


class RoomSession:
    """A session in a room. Made by `room_session`.

    `room` is the room's row, `seats` the known seats by user (`RoomState`), `audience` how many there are in a counted room. `ended` is
    set at the end, and `reason` then says why.
    """

    def __init__(
        self,
        held_seat: HeldSeat,
        audio: SessionAudio,
        actions: SeatActions | None,
        recording_state: RecordingState,
        report: Report,
    ) -> None:
        self.held_seat = held_seat
        self.sent_audio = audio.sent_audio
        self.on_audio, self.received_audio = audio.on_audio, audio.received_audio
        self._state = RoomState(own=held_seat.client.user.id)
        self.ended = asyncio.Event()
        self.reason: str | None = None
        undecoded = audio.on_packet is not None
        ice = held_seat.client.ice
        of_mesh = MeshCallbacks(
            send=held_seat.send,
            forget=held_seat.forget,
            on_track=audio.receive_peer_track,
            on_connected=self._connected_directly,
            on_packet=audio.receive_peer_packet if undecoded else None,
        )
        of_routes = RouteCallbacks(
            send=held_seat.send,
            on_voice=audio.receive_node_track,
            on_connected=self._connected,
            on_packet=audio.receive_node_packet if undecoded else None,
        )
        self.mesh = Mesh(ice, audio.options, of_mesh)
        self.routes = Routes(self.mesh, ice, audio.options, of_routes)
        self._audio = audio
        self._actions = actions
        self._recording_state = recording_state
        self._report = report
        self._tasks = Supervisor()
        self._epoch: int | None = None

    @property
    def seats(self) -> Mapping[UserId, Seat]:
        return self._state.seats

    @property
    def room(self) -> Mapping[str, Any]:
        return self._state.room

    @property
    def audience(self) -> Audience | None:
        return self._state.audience

    @property
    def me(self) -> Seat | None:
        """My seat, if it is this session's."""
        seat = self.seats.get(self.held_seat.client.user.id)
        return seat if seat is not None and seat.peer == self.held_seat.peer else None

    async def run(self) -> None:
        """Follow the room until the session ends."""
        try:
            async for event in self.held_seat.events():
                await self._apply(event)
                if self._recording_state.leaves:
                    self.reason = RECORDED
                    return
                if self.room.get("encrypted"):
                    self.reason = ENCRYPTED
                    return
        finally:
            self.ended.set()
            await self._audio.close()
            await self.routes.close()
            await self._tasks.close()
            if self._actions is not None:
                await self._actions.close()

    def refused(self, signal: Outgoing, refused: Refused) -> None:
        """The database refused one of our signals."""
        log.info("a %s was refused: %s", signal.kind, refused)
        answered = self.mesh.refused(signal.to_peer, signal.kind, refused.rule)
        self._tasks.once(answered, "answer to a refused signal")

    async def _apply(self, event: Event) -> None:
        self._recording_state.update(event)
        self._state = self._state.after(event)
        match event:
            case Snapshot(epoch=epoch, signals=signals):
                if self._epoch not in (None, epoch):
                    await self.routes.log_lost()
                self._epoch = epoch
                await self._update()
                for signal in signals:
                    await self.routes.receive(signal)
            case RoomChanged() | SeatChanged() | SeatGone():
                await self._update()
            case Signal(seat=seat):
                if seat is not None:
                    await self._update()
                await self.routes.receive(event)
            case Ended(reason=reason):
                self.reason = reason

    async def _update(self) -> None:
        """Bring connections and audio in line with the seats."""
        if self.room.get("encrypted"):
            return
        me = self.me
        self._audio.update(me, self.seats)
        self.mesh.counted = self._state.counted
        await self.routes.update(me, self.seats.values(), str(self.room.get("topology", "mesh")))
        if me is not None and self._actions is not None:
            self._actions.update(me, self.room)

    def _connected(self, seat: Seat) -> None:
        self._report(f"connected with {seat.username}")

    def _connected_directly(self, seat: Seat) -> None:
        self._connected(seat)
        self.routes.connected(seat)


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

    def refused(signal: Outgoing, error: Refused) -> None:
        session.refused(signal, error)

    held_seat = HeldSeat(client, room, role=role, on_refused=refused, on_trouble=report)
    speaks = sound is not None and role != "AUDIENCE"
    session = RoomSession(
        held_seat,
        SessionAudio(sound, receives=receives, on_packet=on_packet),
        SeatActions(held_seat, report) if speaks else None,
        RecordingState(report, leaves=leaves_when_recorded),
        report,
    )
    async with held_seat:
        running = {"room session": session.run()}
        if session.sent_audio is not None:
            running["sent audio"] = session.sent_audio.run()
        async with beside(**running):
            yield session
