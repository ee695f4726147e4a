"""Handles the signals of each session one at a time, in the order they were written. Sessions do not wait for each other."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Container
from dataclasses import dataclass, field
from typing import Final

from ...supervision import Supervisor
from ...types import PeerId
from ..signaling.events import Signal

WAITING_LIMIT: Final = 100  # signals of one session; one signal can hold several candidates
HANDLED_WITHIN: Final = 10.0  # seconds for one signal

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Queue:
    signals: deque[Signal] = field(default_factory=deque)
    overrun: bool = False


class SignalQueues:
    """`handle` is called with each new signal. When more signals of a session wait than the limit, they are dropped and `overrun` is called."""

    def __init__(
        self,
        tasks: Supervisor,
        handle: Callable[[Signal], Awaitable[None]],
        overrun: Callable[[PeerId], Awaitable[None]],
    ) -> None:
        self._tasks = tasks
        self._handle = handle
        self._overrun = overrun
        self._queues: dict[PeerId, _Queue] = {}
        # The id of the newest signal, per session. Not one for all: of signals of two participants, the one with the smaller id may be
        # committed later.
        self._newest: dict[PeerId, int] = {}

    def put(self, signal: Signal) -> None:
        """Handle this signal after those of its session before it, unless it was put before. Does not wait."""
        peer = signal.from_peer
        if signal.id <= self._newest.get(peer, 0):
            return
        self._newest[peer] = signal.id
        queue = self._queues.get(peer)
        if queue is None:
            queue = self._queues[peer] = _Queue()
            self._tasks.once(self._work(peer, queue), "signals of a session")
        if len(queue.signals) >= WAITING_LIMIT:
            queue.signals.clear()
            queue.overrun = True
            return
        queue.signals.append(signal)

    def keep(self, here: Container[PeerId]) -> None:
        """Drop the signals of all sessions but these."""
        self._newest = {peer: newest for peer, newest in self._newest.items() if peer in here}
        for peer, queue in self._queues.items():
            if peer not in here:
                queue.signals.clear()
                queue.overrun = False

    def restart(self) -> None:
        """The log was lost, and ids of signals begin again."""
        self._newest.clear()

    async def _work(self, peer: PeerId, queue: _Queue) -> None:
        try:
            while queue.signals or queue.overrun:
                if queue.overrun:
                    queue.overrun = False
                    await self._in_time(self._overrun(peer), peer)
                if queue.signals:
                    await self._in_time(self._handle(queue.signals.popleft()), peer)
        finally:
            del self._queues[peer]

    async def _in_time(self, what: Awaitable[None], peer: PeerId) -> None:
        try:
            async with asyncio.timeout(HANDLED_WITHIN):
                await what
        except TimeoutError:
            log.warning(
                "a signal of session %s took longer than %g s and is dropped", peer, HANDLED_WITHIN
            )
        except Exception:
            # The next signal is handled although this one failed.
            log.exception("a signal of session %s failed", peer)
