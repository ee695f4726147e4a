"""The audience of a room, as an edge serves it, or a node of another stage: follows the room's log with the edge's seat, and connects the listeners who name it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import aclosing
from typing import Any, Final

from ...formats.media_addresses import Reach
from ...supervision import Supervisor
from ...types import PeerId, UserId
from ..signaling.events import Changed, Event, Seat, SeatChanged, SeatGone, Signal, Snapshot
from .audience_listener import AudienceListener
from .audience_player import AudiencePlayer
from .lease import NodeLease
from .node_seat import NodeSeat
from .signal_queues import SignalQueues
from .viewers import Viewers

LINGER: Final = 30.0
"""Seconds that a listener who is served elsewhere is still sent the mix, unless they hang up or leave: they connect there first (`route_changes.py`), and may have to try
again."""

LINGER_WITHOUT_SEAT: Final = 5.0
"""Seconds, likewise, when the edge no longer serves the room, and so learns of nobody who leaves."""

log = logging.getLogger(__name__)


class AudienceRoom:
    """Serves the room from `run` until the edge's seat is gone, or `run` is cancelled. As many listeners as the database names, which knows the capacity."""

    def __init__(self, seat: NodeSeat, viewers: Viewers, reach: Reach, lease: NodeLease) -> None:
        self.listeners: dict[PeerId, AudienceListener | AudiencePlayer] = {}
        self._seat = seat
        self._viewers = viewers
        self._reach = reach
        self._lease = lease
        self._recording: int | None = None  # that is announced or runs
        self._seats: dict[UserId, Seat] = {}
        self._epoch: int | None = None
        self._running: dict[PeerId, asyncio.Task[None]] = {}
        self._leaving: dict[PeerId, asyncio.TimerHandle] = {}
        self._tasks = Supervisor()
        self._signals = SignalQueues(self._tasks, self._handle, self._overrun)

    async def run(self) -> None:
        """Follow the room until this edge no longer serves it."""
        self._tasks.keep(self._seat.write_signals, "outbox of a room")
        try:
            async with aclosing(self._seat.events()) as events:
                async for event in events:
                    self._apply(event)
            await self._wait_for_listeners()
        finally:
            for timer in self._leaving.values():
                timer.cancel()
            await self._tasks.close()

    async def _wait_for_listeners(self) -> None:
        """Until they have connected elsewhere, and hung up here."""
        for listener in self.listeners.values():
            listener.offers_again = False
        if connected := [
            self._running[peer] for peer, each in self.listeners.items() if each.connected
        ]:
            await asyncio.wait(connected, timeout=LINGER_WITHOUT_SEAT)

    def _apply(self, event: Event) -> None:
        match event:
            case Snapshot(epoch=epoch, seats=seats, signals=signals, recording=recording):
                if self._epoch != epoch:
                    self._signals.restart()
                self._epoch = epoch
                self._seats = {seat.user: seat for seat in seats}
                self._recording = None if recording is None else recording["id"]
                self._update()
                if (
                    recording is not None
                ):  # announced while this edge had no connection with the log
                    self._let_players_go()
                for signal in signals:
                    self._signals.put(signal)
            case SeatChanged(seat=seat):
                self._seats[seat.user] = seat
                self._update()
            case SeatGone(seat=seat):
                self._seats.pop(seat.user, None)
                self._update()
            case Signal():
                self._signals.put(event)
            case Changed(table="recordings", record=record, old_record=old_record):
                self._update_recording(record, old_record)

    def _update_recording(
        self, record: Mapping[str, Any] | None, old_record: Mapping[str, Any] | None
    ) -> None:
        """Know which recording is announced or runs."""
        changed = record or old_record or {}
        if record is not None and not record["ended_at"]:
            self._recording = record["id"]
            self._let_players_go()
        elif changed.get("id") == self._recording:
            self._recording = None

    def _let_players_go(self) -> None:
        """When a recording is announced, because an edge cannot inform them of it."""
        for each in self.listeners.values():
            if isinstance(each, AudiencePlayer):
                each.hang_up()

    def _update(self) -> None:
        """Connect who names this edge; let go who is served elsewhere, and at once who left the room."""
        here = {seat.peer: seat for seat in self._seats.values() if seat.peer is not None}
        mine = {peer for peer, seat in here.items() if seat.edge == self._seat.peer}
        self._signals.keep(here)
        for peer in mine:
            if (timer := self._leaving.pop(peer, None)) is not None:
                timer.cancel()
            if peer in self.listeners and not self._running[peer].done():
                self.listeners[peer].offers_again = True
            else:
                self._begin(peer, offers=here[peer].offers)
        for peer in {*self.listeners} - mine:
            if peer not in here or not self.listeners[peer].connected:
                self._end(peer)
            elif isinstance(self.listeners[peer], AudienceListener) and peer not in self._leaving:
                self.listeners[peer].offers_again = False
                later = asyncio.get_running_loop().call_later
                self._leaving[peer] = later(LINGER, self._end, peer)

    def _begin(self, peer: PeerId, *, offers: bool) -> None:
        common = (peer, self._seat, self._viewers, self._reach)
        listener = (
            AudiencePlayer(*common, self._lease)
            if offers
            else AudienceListener(*common, self._lease.refuse)
        )
        self.listeners[peer] = listener
        self._running[peer] = self._tasks.once(listener.run(), "connection of a listener")

    def _end(self, peer: PeerId) -> None:
        if (timer := self._leaving.pop(peer, None)) is not None:
            timer.cancel()
        self.listeners.pop(peer, None)
        if (task := self._running.pop(peer, None)) is not None:
            task.cancel()

    async def _handle(self, signal: Signal) -> None:
        listener = self.listeners.get(signal.from_peer)
        if listener is None:  # the listener has left
            return
        match signal.kind:
            case "offer" if isinstance(listener, AudiencePlayer):
                if self._recording is None:
                    await listener.offer(signal.body)
                else:
                    await self._lease.refuse(listener.peer)
            case "answer" if isinstance(listener, AudienceListener):
                await listener.answer(signal.body)
            case "candidate":
                await listener.candidates(signal.body)
            case "bye":
                listener.hang_up()

    async def _overrun(self, peer: PeerId) -> None:
        """A session sends more signals than a connection needs: close it, and offer a new one. A player's session ends."""
        log.warning("session %s in room %s sends too many signals", peer, self._seat.room)
        if (listener := self.listeners.get(peer)) is not None:
            listener.hang_up()
