"""Signals dealt with in the order they were written: one at a time of each session, beside those of others."""

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

MOST_WAITING: Final = 100  # signals of one session; candidates come several in one
DEALT_WITHIN: Final = 10.0  # seconds for one of them

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Queue:
    signals: deque[Signal] = field(default_factory=deque)
    overrun: bool = False


class SignalQueues:
    """`deal` is called with each signal, `overrun` when a session has more waiting than anybody needs: they are dropped."""

    def __init__(
        self,
        tasks: Supervisor,
        deal: Callable[[Signal], Awaitable[None]],
        overrun: Callable[[PeerId], Awaitable[None]],
    ) -> None:
        self._tasks = tasks
        self._deal = deal
        self._overrun = overrun
        self._queues: dict[PeerId, _Queue] = {}

    def put(self, signal: Signal) -> None:
        """Deal with it when it is its turn; never waits."""
        peer = signal.from_peer
        queue = self._queues.get(peer)
        if queue is None:
            queue = self._queues[peer] = _Queue()
            self._tasks.once(self._work(peer, queue), "signals of a session")
        if len(queue.signals) >= MOST_WAITING:
            queue.signals.clear()
            queue.overrun = True
            return
        queue.signals.append(signal)

    def keep(self, here: Container[PeerId]) -> None:
        """Nobody but these is here any more: what others said has no meaning."""
        for peer, queue in self._queues.items():
            if peer not in here:
                queue.signals.clear()
                queue.overrun = False

    async def _work(self, peer: PeerId, queue: _Queue) -> None:
        try:
            while queue.signals or queue.overrun:
                if queue.overrun:
                    queue.overrun = False
                    await self._bounded(self._overrun(peer), peer)
                if queue.signals:
                    await self._bounded(self._deal(queue.signals.popleft()), peer)
        finally:
            del self._queues[peer]

    async def _bounded(self, what: Awaitable[None], peer: PeerId) -> None:
        try:
            async with asyncio.timeout(DEALT_WITHIN):
                await what
        except TimeoutError:
            log.warning("a signal of session %s took too long, and is given up", peer)
        except Exception:
            # Whatever it was, the next one is dealt with.
            log.exception("a signal of session %s failed", peer)
