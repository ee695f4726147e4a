"""Signals of one session wait in order, and not without end."""

from __future__ import annotations

import asyncio

from roomtone.media.node.signal_queues import WAITING_LIMIT, SignalQueues
from roomtone.media.signaling.events import Signal
from roomtone.supervision import Supervisor
from roomtone.types import PeerId

from ....patience import PATIENCE


def signal(number: int, peer: str = "a") -> Signal:
    return Signal(number, PeerId(peer), "candidate", {})


class Node:
    """Deals with signals as slowly as a test wants."""

    def __init__(self) -> None:
        self.tasks = Supervisor()
        self.queues = SignalQueues(self.tasks, self._handle, self._overrun)
        self.handled: list[int] = []
        self.overrun: list[str] = []
        self.goes_on = asyncio.Event()
        self.changed = asyncio.Event()

    async def _handle(self, signal: Signal) -> None:
        if signal.from_peer == "a":
            await self.goes_on.wait()
        self.handled.append(signal.id)
        self.changed.set()
        if signal.id == 2:
            raise RuntimeError("a fault of one signal")

    async def _overrun(self, peer: PeerId) -> None:
        self.overrun.append(peer)

    async def until(self, *handled: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while self.handled != list(handled):
                await self.changed.wait()
                self.changed.clear()


async def test_each_session_s_signals_are_handled_in_order_beside_those_of_others() -> None:
    node = Node()
    for number in (1, 2, 3):
        node.queues.put(signal(number))
    node.queues.put(signal(4, "b"))
    await node.until(4)
    node.goes_on.set()
    await node.until(4, 1, 2, 3)  # the fault of the second is its own
    await node.tasks.close()


async def test_one_session_has_one_task_and_a_bounded_queue_however_much_it_sends() -> None:
    node, before = Node(), len(asyncio.all_tasks())
    last = 20 * WAITING_LIMIT
    for number in range(1, last):
        node.queues.put(signal(number))
    assert len(asyncio.all_tasks()) == before + 1
    node.queues.put(signal(last))
    node.goes_on.set()
    async with asyncio.timeout(PATIENCE):
        while not node.handled or node.handled[-1] != last:
            await node.changed.wait()
            node.changed.clear()
    assert node.overrun == ["a"]
    assert len(node.handled) <= WAITING_LIMIT + 1
    await node.tasks.close()


async def test_signals_of_a_session_that_left_are_dropped() -> None:
    node = Node()
    for number in range(1, 6):
        node.queues.put(signal(number))
    await asyncio.sleep(0)  # the first is being handled with
    node.queues.keep({PeerId("b")})
    node.goes_on.set()
    await node.until(1)
    await node.tasks.close()


async def test_a_signal_that_is_read_again_is_handled_once_until_the_log_begins_anew() -> None:
    node = Node()
    node.goes_on.set()
    for number in (1, 3, 1, 3):
        node.queues.put(signal(number))
    await node.until(1, 3)
    node.queues.restart()
    node.queues.put(signal(1))
    await node.until(1, 3, 1)
    await node.tasks.close()
