"""A token bucket: how often something may happen, or how much of something may be used."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Generic, TypeVar

REQUEST_BURST_S: Final = 2.0
"""Seconds' worth of requests that are allowed at once, as on opening a page."""

MOST_SUBJECTS: Final = 10_000

T = TypeVar("T")


class TokenBucket:
    """`per_second` tokens are added each second, up to `burst`. It starts full."""

    __slots__ = ("_burst", "_clock", "_since", "_tokens", "per_second")

    def __init__(
        self, per_second: float, burst: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.per_second = per_second
        self._burst = burst
        self._tokens = burst
        self._clock = clock
        self._since = clock()

    def wait_for(self, tokens: float) -> float:
        """0, or the seconds until there are this many tokens."""
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._since) * self.per_second)
        self._since = now
        return max(0.0, (tokens - self._tokens) / self.per_second)

    def take(self) -> float:
        """Take one token if there is one. Returns 0, or the seconds until there is one."""
        wait = self.wait_for(1)
        if wait == 0:
            self._tokens -= 1
        return wait

    def overdraw(self, tokens: float) -> None:
        """Take this many tokens, even if there are fewer. Those that are missing have to be added first."""
        self._tokens -= tokens

    async def turn(self) -> None:
        """Take one token, and wait until it was added. Work is delayed by this, never dropped."""
        self.overdraw(1)
        if (wait := self.wait_for(0)) > 0:
            await asyncio.sleep(wait)


def request_bucket(
    per_second: float, *, clock: Callable[[], float] = time.monotonic
) -> TokenBucket:
    """The bucket for one user's requests."""
    return TokenBucket(per_second, max(1.0, per_second * REQUEST_BURST_S), clock=clock)


class BySubject(Generic[T]):
    """What `make` makes for each subject. The `MOST_SUBJECTS` used last are kept; one that was forgotten is made anew."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._kept: OrderedDict[str, T] = OrderedDict()

    def __getitem__(self, subject: str) -> T:
        if subject not in self._kept:
            self._kept[subject] = self._make()
            if len(self._kept) > MOST_SUBJECTS:
                self._kept.popitem(last=False)
        self._kept.move_to_end(subject)
        return self._kept[subject]

    def __len__(self) -> int:
        return len(self._kept)
