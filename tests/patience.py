"""How long tests wait, in one place, and how they wait for what nothing can notify them of.

A long limit costs nothing, because a wait ends with its event; a short one fails on a busy machine.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 120.0  # seconds; nothing that works takes longer, even on a busy machine that stands still now and then
LOOK_AGAIN = 0.02  # seconds


@contextmanager
def running_time() -> Iterator[Callable[[], float]]:
    """Seconds since the begin of the block, without those in which this machine stood still: for what is promised within some seconds."""
    ran, ended = 0.0, threading.Event()

    def count() -> None:
        nonlocal ran
        last = time.monotonic()
        while not ended.wait(LOOK_AGAIN):
            now = time.monotonic()
            ran += min(now - last, 10 * LOOK_AGAIN)
            last = now

    counting = threading.Thread(target=count, name="running time", daemon=True)
    counting.start()
    try:
        yield lambda: ran
    finally:
        ended.set()
        counting.join()


def waited_for_processor() -> float:
    """Seconds since this machine started in which some process waited for a processor; 0 where the system does not count them.

    What is promised within some milliseconds is promised without those. On a machine that is full they are nearly all: then such a test shows nothing, and fails nobody.
    """
    try:
        some = Path("/proc/pressure/cpu").read_text().split()
    except OSError:  # another system than Linux, or its kernel counts no pressure
        return 0.0
    return int(some[4].removeprefix("total=")) / 1e6


def eventually(
    condition: Callable[[], object],
    *,
    within: float = PATIENCE,
    what: Callable[[], str] = lambda: "the condition did not become true",
) -> None:
    """Check again until it is true; for the state of a database, a process or a file. `what` says what is there instead."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, what()
        time.sleep(LOOK_AGAIN)


async def comes_true(
    condition: Callable[[], object], *, within: float = PATIENCE, every: float = LOOK_AGAIN
) -> None:
    """The same beside other tasks; `every` is longer where a check takes long."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - nothing here can notify us
            await asyncio.sleep(every)
