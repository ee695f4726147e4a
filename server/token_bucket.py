"""A token bucket: how often something may happen."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

BURST_S: Final = 2.0  # seconds' worth of tokens that may be taken at once, as on opening a page


class TokenBucket:
    """`per_second` tokens are added each second, up to `BURST_S` seconds' worth. It starts full."""

    def __init__(self, per_second: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_second = per_second
        self._most = max(1.0, per_second * BURST_S)
        self._tokens = self._most
        self._clock = clock
        self._since = clock()

    def take(self) -> float:
        """Take one token. Returns 0, or the seconds until there is one."""
        now = self._clock()
        self._tokens = min(self._most, self._tokens + (now - self._since) * self.per_second)
        self._since = now
        if self._tokens < 1:
            return (1 - self._tokens) / self.per_second
        self._tokens -= 1
        return 0.0
