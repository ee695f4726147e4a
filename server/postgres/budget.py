"""How much of the database one subject may use: seconds of it, and transactions at a time.

A subject is a user, or the address of an anonymous user. The middleware that limits requests sets it for each request, and
`Database.acting` charges it, so every statement of a user is counted.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from ..problem import Problem

if TYPE_CHECKING:
    from ..settings import Settings

BURST_S: Final = 20.0  # this many seconds' worth may be used at once
MOST_SUBJECTS: Final = 10_000

subject: ContextVar[str | None] = ContextVar("subject", default=None)
"""The subject that this task works for. None is the relay itself, which has no budget."""


class Account:
    """One subject's seconds and places for transactions. Transactions in progress may overdraw it."""

    def __init__(self, per_second: float, places: int, clock: Callable[[], float]) -> None:
        self.per_second = per_second
        self.places = asyncio.Semaphore(places)
        self._most = per_second * BURST_S
        self._left = self._most
        self._clock = clock
        self._since = clock()

    def wait(self) -> float:
        """0, or the seconds until the account is positive again."""
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._since) * self.per_second)
        self._since = now
        return max(0.0, -self._left / self.per_second)

    @contextmanager
    def charged(self) -> Iterator[None]:
        """The time until the block ends is used up."""
        began = self._clock()
        try:
            yield
        finally:
            self._left -= self._clock() - began


class Budgets:
    """The accounts of the last `MOST_SUBJECTS` subjects; one that was forgotten starts full."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = settings.database_seconds
        self._places = settings.statements_per_user
        self._patience = settings.pool_timeout
        self._clock = clock
        self._accounts: OrderedDict[str, Account] = OrderedDict()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[AbstractContextManager[None]]:
        """Wait for a place among this subject's transactions. Raises Problem 429.

        Seconds are used up while the yielded context is entered.
        """
        key = subject.get()
        if key is None:
            yield nullcontext()
            return
        account = self.account(key)
        if (wait := account.wait()) > 0:
            raise _used_up(self._per_second, wait)
        try:
            async with asyncio.timeout(self._patience):
                await account.places.acquire()
        except TimeoutError:
            raise _too_many_at_once(self._places) from None
        try:
            yield account.charged()
        finally:
            account.places.release()

    def account(self, key: str) -> Account:
        account = self._accounts.pop(key, None)
        if account is None:
            account = Account(self._per_second, self._places, self._clock)
        self._accounts[key] = account
        if len(self._accounts) > MOST_SUBJECTS:
            self._accounts.popitem(last=False)
        return account


def _used_up(per_second: float, wait: float) -> Problem:
    return Problem(
        429,
        "53400",
        f"your requests used the database for more than {per_second:g} seconds in each second",
        hint="Ask for less at once: fewer rows, simpler filters.",
        rule="requests_database_time_is_bounded",
        headers={"Retry-After": str(math.ceil(wait))},
    )


def _too_many_at_once(places: int) -> Problem:
    return Problem(
        429,
        "53400",
        f"{places} of your requests are with the database, and none has ended",
        hint="Wait for answers before asking for more.",
        rule="requests_in_flight_are_few",
        headers={"Retry-After": "1"},
    )
