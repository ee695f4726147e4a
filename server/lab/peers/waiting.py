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
from statistics import median
from typing import Final

import psutil

from ...tools.usage import processor
from .lane import Lane
from .plan import VISIT, Act
from .refusals import NotAccepted

SECONDS: Final = 0.3
"""Of writing; a write that has begun is finished."""
SEEN_WITHIN: Final = 10.0  # seconds
WHERE_NONE: Final = (
    "There is no figure of waiting where a write was refused or not seen, nor where the lab may not keep a process on one core:"
    " only Linux does that, and for processes of other users, such as PostgreSQL’s, it asks for CAP_SYS_NICE."
)


async def waiting(lane: Lane) -> float | None:
    """Milliseconds that a write waits until it is acknowledged and its follower has it: the median.

    None as `WHERE_NONE` says.
    """
    if sys.platform != "linux":
        return None
    with suppress(NotAccepted, TimeoutError, psutil.Error, OSError):
        processes = _with_those_below([*lane.servers(), *lane.databases(), *lane.clients()])
        with _on_one_core(processes):
            waits = await _waits(lane, processes)
        return round(max(0.0, median(waits)) * 1000, 4)
    return None


async def _waits(lane: Lane, processes: Sequence[psutil.Process]) -> list[float]:
    """Seconds of each write. One participant visits one follower, and may stop in the middle of a visit."""
    waits: list[float] = []
    worked = dict.fromkeys(processes, 0.0)
    until = time.perf_counter() + SECONDS
    for act in cycle(VISIT):
        others, own, began = _worked(worked), time.process_time(), time.perf_counter()
        async with asyncio.timeout(SEEN_WITHIN):
            await _write(lane, act)
        not_here = time.perf_counter() - began - (time.process_time() - own)
        waits.append(not_here - (_worked(worked) - others))
        if time.perf_counter() > until:
            break
    return waits


async def _write(lane: Lane, act: Act) -> None:
    if act == "join":
        key = await lane.join(0)
    elif act == "leave":
        key = await lane.leave(0)
    else:
        key = await lane.signal(0, act, 0)
    if act in lane.about.followed:
        await lane.seen(0, key)


def _worked(worked: dict[psutil.Process, float]) -> float:
    """Seconds of processor so far, which these processes are brought up to; one that has ended keeps what it had, as sessions of PostgreSQL do."""
    for process in worked:
        with suppress(OSError, psutil.Error):
            worked[process] = processor(process)
    return sum(worked.values())


@contextmanager
def _on_one_core(processes: Sequence[psutil.Process]) -> Iterator[None]:
    """Raises psutil.Error and OSError."""
    cores = os.sched_getaffinity(0)
    _keep_on({max(cores)}, processes)
    try:
        yield
    finally:
        _keep_on(cores, _with_those_below([each.pid for each in processes]))


def _keep_on(cores: set[int], processes: Sequence[psutil.Process]) -> None:
    """All threads of these, and of this process."""
    for process in (psutil.Process(), *processes):
        with suppress(psutil.NoSuchProcess):
            for thread in process.threads():
                with suppress(ProcessLookupError):  # it ended meanwhile
                    os.sched_setaffinity(thread.id, cores)


def _with_those_below(pids: Sequence[int]) -> list[psutil.Process]:
    """These that still run, and their children, once each."""
    found: dict[int, psutil.Process] = {}
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            first = psutil.Process(pid)
            found |= {each.pid: each for each in (first, *first.children(recursive=True))}
    return list(found.values())
