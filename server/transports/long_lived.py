"""Streams live long, and Python's garbage collector looks at everything that does: a pause of 100 ms with 10,000 of them.

So they are frozen (`gc.freeze`): the collector passes over them. A stream that ends is freed all the same, as nothing in it refers
to itself in a circle (`Subscription.close`).
"""

from __future__ import annotations

import gc
from typing import Final

from .stream_counts import StreamCounts

CHECK_EVERY: Final = 1.0  # seconds
FREEZE_AFTER: Final = 500  # streams more than at the last time


class LongLived:
    """`settle` is to be called regularly."""

    def __init__(self, streams: StreamCounts) -> None:
        self._streams = streams
        self._frozen = 0

    async def settle(self) -> None:
        """Freeze what lives when many streams have been added; look at it again when half of them have ended."""
        if self._streams.total >= self._frozen + FREEZE_AFTER:
            gc.collect(1)  # what is young and unused is not kept
            gc.freeze()
            self._frozen = self._streams.total
        elif self._streams.total < self._frozen // 2:
            gc.unfreeze()
            self._frozen = 0
