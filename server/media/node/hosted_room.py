"""One room that is hosted on this node: follows its log with the node's seat, and answers the signals of its participants."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, aclosing
from datetime import timedelta
from typing import Any, Final, Protocol

import psycopg

from ...backoff import backoff
from ...supervision import Supervisor
from ...types import Cursor, PeerId, RoomId, UserId
from ..mixing import OnMix
from ..signaling.client import ConnectionLost, Frame, Refused, SignalingClient
from ..signaling.events import (
    Changed,
    Seat,
    SeatChanged,
    SeatGone,
    Signal,
    Snapshot,
    event_of,
    snapshot_of,
)
from ..signaling.outbox import Outbox, Outgoing
from .participant_connection import OfferRefused, ParticipantConnection
from .recorder import Recorder
from .signal_queues import SignalQueues
from .speakers import Participant

LINGER: Final = 2.0  # seconds that a room is still hosted after it moved to another node, so that participants can connect there first

FINAL_STATES: Final = ("failed", "closed")
"""The states that a connection never leaves."""

log = logging.getLogger(__name__)


class RoomMedia(Protocol):
    """The connections and the audio of one room: an `Sfu` or an `Mcu`."""

    async def set_participants(self, participants: Iterable[Participant]) -> None: ...

    async def answer(self, peer_id: str, offer: str) -> str: ...

    async def candidates(self, peer_id: str, body: object) -> None: ...

    def record(self, on_mix: OnMix | None) -> None: ...

    def notify(self, peer_id: str) -> None: ...

    async def hang_up(self, peer_id: str) -> None: ...

    async def close(self) -> None: ...

    @property
    def connections(self) -> Mapping[str, ParticipantConnection]: ...


KeepSeat = Callable[[PeerId, timedelta], AbstractAsyncContextManager[bool]]
"""`Lease.holding`: keeps a participant's seat while the block runs."""


class HostedRoom:
    """Hosts the room from `run` until the node's seat is gone, or `run` is cancelled."""

    def __init__(
        self,
        client: SignalingClient,
        room: RoomId,
        peer: PeerId,
        media: RoomMedia,
        keep_seat: KeepSeat,
        recorder: Recorder,
    ) -> None:
        self.room = room
        self.peer = peer
        self.media = media
        self._client = client
        self._keep_seat = keep_seat
        self._recorder = recorder
        self._kept: set[str] = set()
        # The sessions of WHIP and WHEP, and whether each leaves when the room is recorded.
        self._whip_sessions: dict[PeerId, bool] = {}
        self._outbox = Outbox(client, self._refused)
        self._seats: dict[UserId, Seat] = {}
        self._cursor: Cursor | None = None
        # The id of the newest signal that was handled, per session. Not one for all: of signals of two participants, the one with
        # the smaller id may be committed later.
        self._newest_handled: dict[PeerId, int] = {}
        self._tasks = Supervisor()
        self._signals = SignalQueues(self._tasks, self._answer, self._overrun)

    async def run(self) -> None:
        """Follow the room until it is no longer assigned to this node."""
        self._tasks.keep(self._outbox.run, "outbox of a room")
        try:
            await self._follow()
            await self._recorder.room_gone()
            await asyncio.sleep(LINGER)
        finally:
            await self._tasks.close()
            await self._recorder.close()
            await self.media.close()

    async def _follow(self) -> None:
        attempt = 0
        while True:
            try:
                following = self._client.follow(self.room, self.peer, self._cursor)
                async with aclosing(following) as frames:
                    async for frame in frames:
                        attempt = 0
                        if frame.event == "bye":
                            return
                        await self._apply(frame)
            except ConnectionLost as lost:
                log.info("room %s: %s; trying again", self.room, lost)
            except Refused as refused:
                log.info("room %s is no longer hosted here: %s", self.room, refused)
                return
            await asyncio.sleep(backoff(attempt))
            attempt += 1

    async def _apply(self, frame: Frame) -> None:
        if frame.cursor is not None:
            if self._cursor is not None and self._cursor.epoch != frame.cursor.epoch:
                self._newest_handled.clear()  # the log was lost, and ids of signals begin again
            self._cursor = frame.cursor
        event = (
            snapshot_of(self.room, self.peer, frame.data)
            if frame.event == "snapshot"
            else event_of(frame)
        )
        match event:
            case Snapshot(seats=seats, signals=signals, recording=recording):
                before = self._recorder.running
                self._recorder.update(recording)
                await self._inform_of_recording(before)
                self._seats = {seat.user: seat for seat in seats}
                await self._update_participants()
                for signal in signals:
                    self._receive(signal)
            case SeatChanged(seat=seat):
                self._seats[seat.user] = seat
                await self._update_participants()
            case SeatGone(seat=seat):
                self._seats.pop(seat.user, None)
                await self._update_participants()
            case Signal():
                self._receive(event)
            case Changed(table="recordings", record=record, old_record=old_record):
                before = self._recorder.running
                self._recorder.apply(record, old_record)
                await self._inform_of_recording(before)

    async def _inform_of_recording(self, before: int | None) -> None:
        """Inform WHIP and WHEP sessions of a recording as soon as it is announced, which is before it begins."""
        if self._recorder.running not in (None, before):
            for peer in list(self._whip_sessions):
                await self._inform_whip_session(peer)

    async def _inform_whip_session(self, peer: PeerId) -> None:
        if self._whip_sessions.get(peer):
            await self.media.hang_up(peer)  # its seat ends with its connection
        else:
            self.media.notify(peer)

    async def _update_participants(self) -> None:
        participants = [
            Participant(
                seat.peer,
                seat.user,
                seat.role,
                seat.muted,
                seat.kind,
                seat.invited,
            )
            for seat in sorted(self._seats.values(), key=lambda seat: seat.seq)
            if seat.peer is not None and not seat.is_node
        ]
        here = {PeerId(participant.peer_id) for participant in participants}
        self._signals.keep(here)
        self._whip_sessions = {
            peer: leaves for peer, leaves in self._whip_sessions.items() if peer in here
        }
        self._newest_handled = {
            peer: newest for peer, newest in self._newest_handled.items() if peer in here
        }
        await self.media.set_participants(participants)

    def _receive(self, signal: Signal) -> None:
        """Handle a signal, unless it was handled before. Signals of other sessions do not wait for it."""
        if signal.id <= self._newest_handled.get(signal.from_peer, 0):
            return
        self._newest_handled[signal.from_peer] = signal.id
        self._signals.put(signal)

    async def _answer(self, signal: Signal) -> None:
        peer = signal.from_peer
        with contextlib.suppress(KeyError):  # the participant has left
            match signal.kind:
                case "offer":
                    await self._take_offer(peer, signal.body)
                case "candidate":
                    await self.media.candidates(peer, signal.body)
                case "bye":
                    await self.media.hang_up(peer)

    async def _overrun(self, peer: PeerId) -> None:
        """A session sends more signals than a connection needs: close it, and ask for a new offer."""
        log.warning("session %s in room %s sends too many signals", peer, self.room)
        await self.media.hang_up(peer)
        self._put(peer, "bye", {"reason": "too many signals at once; offer again"})

    async def _take_offer(self, peer: PeerId, body: dict[str, str]) -> None:
        try:
            answer = await self.media.answer(peer, body["sdp"])
        except OfferRefused as refused:
            log.info("an offer in room %s was refused: %s", self.room, refused)
            self._put(peer, "bye", {"reason": str(refused)})
        else:
            self._put(peer, "answer", {"type": "answer", "sdp": answer})
            if body.get("presence") == "connection":
                self._whip_sessions[peer] = body.get("when_recorded") == "leave"
                if peer not in self._kept:
                    self._kept.add(peer)
                    self._later(self._keep_connected(peer))

    async def _keep_connected(self, peer: PeerId) -> None:
        """Keep the seat of a session that does not follow the log (WHIP, WHEP) while it is connected."""
        before = None
        try:
            # A new connection may be offered while the end of the previous one is still being written to the database.
            while (
                connection := self.media.connections.get(peer)
            ) is not None and connection is not before:
                before = connection
                try:
                    await self._keep_while_connected(peer, connection)
                except psycopg.Error as error:
                    log.info("a seat in room %s could not be kept: %s", self.room, error)
        finally:
            self._kept.discard(peer)

    async def _keep_while_connected(self, peer: PeerId, connection: ParticipantConnection) -> None:
        if await connection.until("connected", *FINAL_STATES) in FINAL_STATES:
            return  # its seat was never kept here, so it expires after the grace period
        if self._recorder.running is not None:
            await self._inform_whip_session(peer)
        async with self._keep_seat(peer, timedelta(0)):
            await connection.until(*FINAL_STATES)

    def _later(self, what: Coroutine[Any, Any, None]) -> None:
        self._tasks.once(what, "signal of a room")

    def _put(self, peer: PeerId, kind: str, body: dict[str, str]) -> None:
        if kind == "answer":
            self._outbox.put(Outgoing(self.room, self.peer, peer, "answer", body))
        else:
            self._outbox.put(Outgoing(self.room, self.peer, peer, "bye", body))

    def _refused(self, signal: Outgoing, refused: Refused) -> None:
        log.info("the node's %s in room %s was refused: %s", signal.kind, self.room, refused)
