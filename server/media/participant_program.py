"""Programs that take a seat in a room, such as bots, until their work or a signal ends them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from ..ending_signals import ending_signals
from ..supervision import CANNOT_GO_ON, CannotGoOn, first_of
from .signaling.client import Refused


def run_participant(
    work: Coroutine[Any, Any, int], report: Callable[[str], None], *refusals: type[Exception]
) -> int:
    """Run this; its exit status, or 0 when a signal ended it, and 1 when it was refused: then the reason is reported.

    `refusals` are errors that count as one, beside Refused. Raises what else it raises.
    """
    logging.getLogger("aiortc").setLevel(logging.ERROR)
    refused: tuple[type[Exception], ...] = (Refused, *refusals)
    try:
        return asyncio.run(_until_signal(work, report))
    except refused as refusal:
        words = str(refusal)
        report(words[:1].upper() + words[1:])
        return 1
    except CannotGoOn:
        return CANNOT_GO_ON  # the log says why


async def _until_signal(work: Coroutine[Any, Any, int], report: Callable[[str], None]) -> int:
    stopping = asyncio.Event()
    for number in ending_signals():
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    status: list[int] = []

    async def run() -> None:
        status.append(await work)

    await first_of(work=run(), stop=stopping.wait())
    if stopping.is_set():
        report("left")
        return 0
    return status[0]
