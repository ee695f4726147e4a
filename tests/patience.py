"""How long tests wait, in one place: for what nothing can notify them of, and never longer than it takes.

A wait that is too long costs nothing, for it ends with what it waits for; one that is too short fails on a busy machine.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

PATIENCE = 60.0  # seconds; what takes longer is broken, even on a busy machine
LOOK_AGAIN = 0.02  # seconds


def eventually(condition: Callable[[], object], *, within: float = PATIENCE) -> None:
    """Ask again until it is true; for what only a database, a process or a file can tell."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(LOOK_AGAIN)


async def comes_true(
    condition: Callable[[], object], *, within: float = PATIENCE, every: float = LOOK_AGAIN
) -> None:
    """The same beside other tasks, for sounds and packets, too; less often where looking takes long."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - nothing here can notify us
            await asyncio.sleep(every)
