"""The audience of a room, as an edge serves it, or a node of another stage: follows the room's log with the edge's seat, and connects the listeners who name it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Final

from ...formats.media_addresses import Reach
from ...supervision import Supervisor
from ...types import PeerId, UserId
from ..signaling.events import Event, Seat, SeatChanged, SeatGone, Signal, Snapshot
from .audience_listener import AudienceListener
from .node_seat import NodeSeat
from .signal_queues import SignalQueues
from .viewers import Viewers

LINGER: Final = 30.0
"""Seconds that a listener who is served elsewhere is still sent the mix, unless they hang up or leave: they connect there first (`route_changes.py`), and may have to try
again."""

LINGER_WITHOUT_SEAT: Final = 5.0
"""Seconds, likewise, when the edge no longer serves the room, and so learns of nobody who leaves."""

Refuse = Callable[[PeerId], Awaitable[None]]

log = logging.getLogger(__name__)


class AudienceRoom:
    """Serves the room from `run` until the edge's seat is gone, or `run` is cancelled. As many listeners as the database names, which knows the capacity."""

    def __init__(self, seat: NodeSeat, viewers: Viewers, reach: Reach, refuse: Refuse) -> None:
        self.listeners: dict[PeerId, AudienceListener] = {}
        self._seat = seat
        self._viewers = viewers
        self._reach = reach
        self._refuse = refuse
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
            case Snapshot(epoch=epoch, seats=seats, signals=signals):
                if self._epoch != epoch:
                    self._signals.restart()
                self._epoch = epoch
                self._seats = {seat.user: seat for seat in seats}
                self._update()
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
                self._begin(peer)
        for peer in {*self.listeners} - mine:
            if peer not in here or not self.listeners[peer].connected:
                self._end(peer)
            elif peer not in self._leaving:
                self.listeners[peer].offers_again = False
                later = asyncio.get_running_loop().call_later
                self._leaving[peer] = later(LINGER, self._end, peer)

    def _begin(self, peer: PeerId) -> None:
        listener = AudienceListener(peer, self._seat, self._viewers, self._reach, self._refuse)
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
            case "answer":
                await listener.answer(signal.body)
            case "candidate":
                await listener.candidates(signal.body)
            case "bye":
                listener.hang_up()

    async def _overrun(self, peer: PeerId) -> None:
        """A session sends more signals than a connection needs: close it, and offer a new one."""
        log.warning("session %s in room %s sends too many signals", peer, self._seat.room)
        if (listener := self.listeners.get(peer)) is not None:
            listener.hang_up()
