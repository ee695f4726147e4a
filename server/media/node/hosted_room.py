"""One room that is hosted on this node: follows its log with the node's seat, and answers the signals of its participants."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from contextlib import aclosing
from typing import Any, Final

from ...supervision import Supervisor
from ...types import PeerId, UserId
from ..signaling.events import Changed, Event, Seat, SeatChanged, SeatGone, Signal, Snapshot
from .connection_presence import ConnectionPresence
from .node_seat import NodeSeat
from .participant_connection import OfferRefused
from .recorder import Recorder
from .room_media import RoomMedia
from .signal_queues import SignalQueues
from .speaking_report import SpeakingReport

LINGER: Final = 2.0  # seconds that a room is still hosted after it moved to another node, so that participants can connect there first

log = logging.getLogger(__name__)


class HostedRoom:
    """Hosts the room from `run` until the node's seat is gone, or `run` is cancelled."""

    def __init__(
        self,
        seat: NodeSeat,
        media: RoomMedia,
        recorder: Recorder,
        connection_presence: ConnectionPresence,
        speaking_report: SpeakingReport,
    ) -> None:
        self.room = seat.room
        self.media = media
        self._seat = seat
        self._recorder = recorder
        self._connection_presence = connection_presence
        self._speaking_report = speaking_report
        self._seats: dict[UserId, Seat] = {}
        self._epoch: int | None = None
        self._tasks = Supervisor()
        self._signals = SignalQueues(self._tasks, self._answer, self._overrun)

    async def run(self) -> None:
        """Follow the room until it is no longer assigned to this node."""
        self._tasks.keep(self._seat.write_signals, "outbox of a room")
        try:
            async with aclosing(self._seat.events()) as events:
                async for event in events:
                    await self._apply(event)
            await self._recorder.room_gone()
            await asyncio.sleep(LINGER)
        finally:
            await self._tasks.close()
            await self._connection_presence.close()
            await self._speaking_report.close()
            await self._recorder.close()
            await self.media.close()

    async def _apply(self, event: Event) -> None:
        match event:
            case Snapshot(epoch=epoch, seats=seats, signals=signals, recording=recording):
                if self._epoch != epoch:
                    self._signals.restart()
                self._epoch = epoch
                self._recorder.update(recording)
                await self._connection_presence.inform_of_recording()
                self._seats = {seat.user: seat for seat in seats}
                await self._update_participants()
                for signal in signals:
                    self._signals.put(signal)
            case SeatChanged(seat=seat):
                self._seats[seat.user] = seat
                await self._update_participants()
            case SeatGone(seat=seat):
                self._seats.pop(seat.user, None)
                await self._update_participants()
            case Signal():
                self._signals.put(event)
            case Changed(table="recordings", record=record, old_record=old_record):
                self._recorder.apply(record, old_record)
                await self._connection_presence.inform_of_recording()

    async def _update_participants(self) -> None:
        participants = [
            seat
            for seat in sorted(self._seats.values(), key=lambda seat: seat.seq)
            if seat.peer is not None and not seat.is_node
        ]
        here = {seat.peer for seat in participants if seat.peer is not None}
        self._signals.keep(here)
        self._connection_presence.keep(here)
        await self.media.set_participants(participants)
        self._speaking_report.update(participants)

    async def _answer(self, signal: Signal) -> None:
        peer = signal.from_peer
        with contextlib.suppress(KeyError):  # the participant has left
            match signal.kind:
                case "offer":
                    await self._answer_offer(peer, signal.body)
                case "candidate":
                    await self.media.candidates(peer, signal.body)
                case "bye":
                    await self.media.hang_up(peer)

    async def _overrun(self, peer: PeerId) -> None:
        """A session sends more signals than a connection needs: close it, and ask for a new offer."""
        log.warning("session %s in room %s sends too many signals", peer, self.room)
        await self.media.hang_up(peer)
        self._seat.send(peer, "bye", {"reason": "too many signals at once; offer again"})

    async def _answer_offer(self, peer: PeerId, offer: dict[str, Any]) -> None:
        try:
            answer = await self.media.answer(
                peer, offer["sdp"], mixed=offer.get("receives") == "mix"
            )
        except OfferRefused as refused:
            log.info("an offer in room %s was refused: %s", self.room, refused)
            self._seat.send(peer, "bye", {"reason": str(refused)})
        else:
            self._seat.send(peer, "answer", {"type": "answer", "sdp": answer})
            self._connection_presence.answered(peer, offer)
