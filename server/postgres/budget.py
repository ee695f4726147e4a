"""How much of the database one subject may use: seconds of it, and transactions at a time.

A subject is a user, or the address of an anonymous user. The middleware that limits requests sets it for each request, and
`Database.acting` charges it, so every statement of a user is counted.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from ..problem import Problem
from ..token_bucket import BySubject, TokenBucket

if TYPE_CHECKING:
    from ..settings import Settings

BURST_S: Final = 20.0  # this many seconds' worth may be used at once

subject: ContextVar[str | None] = ContextVar("subject", default=None)
"""The subject that this task works for. None is the relay itself, which has no budget."""


class Account:
    """One subject's seconds and places for transactions. Transactions in progress may overdraw it."""

    def __init__(self, per_second: float, places: int, clock: Callable[[], float]) -> None:
        self.places = asyncio.Semaphore(places)
        self._clock = clock
        self._seconds = TokenBucket(per_second, per_second * BURST_S, clock=clock)

    def wait(self) -> float:
        """0, or the seconds until the account is no longer overdrawn."""
        return self._seconds.wait_for(0)

    def charge(self, seconds: float) -> None:
        """Subtract these seconds from the budget."""
        self._seconds.overdraw(seconds)

    @contextmanager
    def charged(self) -> Iterator[None]:
        """The time until the block ends is used up."""
        began = self._clock()
        try:
            yield
        finally:
            self.charge(self._clock() - began)


class Budgets:
    """The accounts of all subjects."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = settings.database_seconds
        self._places = settings.statements_per_user
        self._patience = settings.pool_timeout
        self.accounts = BySubject(
            lambda: Account(settings.database_seconds, settings.statements_per_user, clock)
        )

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[AbstractContextManager[None]]:
        """Wait for a place among this subject's transactions. Raises Problem 429.

        Seconds are used up while the yielded context is entered.
        """
        async with self.place() as account:
            yield nullcontext() if account is None else account.charged()

    @asynccontextmanager
    async def place(self) -> AsyncIterator[Account | None]:
        """As `turn`, for work that is done together with that of others: the caller charges this account its share."""
        key = subject.get()
        if key is None:
            yield None
            return
        account = self.accounts[key]
        if (wait := account.wait()) > 0:
            raise _used_up(self._per_second, wait)
        try:
            async with asyncio.timeout(self._patience):
                await account.places.acquire()
        except TimeoutError:
            raise _too_many_at_once(self._places) from None
        try:
            yield account
        finally:
            account.places.release()


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
