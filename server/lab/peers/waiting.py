"""How long an event of a lane waits, for the disk, a timer or an acknowledgement, on its way and not at work.

One write at a time, and the next when its follower has it; all processes share one core. There, no work happens beside other work, so the
time that is not spent working is spent waiting. Nothing is subtracted that may not be on the way, so short waits are seen, too.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import cycle
from typing import Final

import psutil

from ...tools.usage import processor_with_children
from .lane import Lane
from .plan import VISIT
from .refusals import NotAccepted

SECONDS: Final = 0.3
"""Of writing; a write that has begun is finished."""
SEEN_WITHIN: Final = 10.0  # seconds


async def waiting(lane: Lane) -> float | None:
    """Milliseconds that one write waits until it is acknowledged and its follower has it, on average.

    None where processes cannot be kept on one core (only Linux does that), and where a write was refused or not seen.
    """
    if sys.platform != "linux":
        return None
    others = [*lane.servers(), *lane.databases(), *lane.clients()]
    with suppress(NotAccepted, TimeoutError, psutil.Error, OSError), _on_one_core(others):
        worked = -_worked(others)
        began = time.perf_counter()
        writes = await _write(lane, began + SECONDS)
        took = time.perf_counter() - began
        worked += _worked(others)
        return round(max(0.0, took - worked) * 1000 / writes, 4)
    return None


async def _write(lane: Lane, until: float) -> int:
    """Visits of one participant to one follower; how many writes there were."""
    for writes, act in enumerate(cycle(VISIT), start=1):
        if act == "join":
            key = await lane.join(0)
        elif act == "leave":
            key = await lane.leave(0)
        else:
            key = await lane.signal(0, act, 0)
        if act in lane.about.followed:
            async with asyncio.timeout(SEEN_WITHIN):
                await lane.seen(0, key)
        if time.perf_counter() > until:
            return writes
    raise AssertionError("visits have no end")


def _worked(others: Sequence[int]) -> float:
    """Seconds of processor so far, of the clients in this process too."""
    return time.process_time() + sum(map(processor_with_children, others))


@contextmanager
def _on_one_core(others: Sequence[int]) -> Iterator[None]:
    """Raises psutil.Error and OSError."""
    cores = os.sched_getaffinity(0)
    _keep_on({max(cores)}, others)
    try:
        yield
    finally:
        _keep_on(cores, others)


def _keep_on(cores: set[int], others: Sequence[int]) -> None:
    """All threads of this process, of the others, and of the processes below those."""
    processes = [psutil.Process()]
    for pid in others:
        first = psutil.Process(pid)
        processes += [first, *first.children(recursive=True)]
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            for thread in process.threads():
                with suppress(ProcessLookupError):  # it ended meanwhile
                    os.sched_setaffinity(thread.id, cores)
