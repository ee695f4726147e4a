"""Things a relay does again and again, and goes on doing when the database was away for a while."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from typing import Protocol

import psycopg

log = logging.getLogger(__name__)


class Chore(Protocol):
    """A coroutine method; its name is what a failure is reported under."""

    __name__: str

    def __call__(self) -> Awaitable[None]: ...


async def every(seconds: float, do: Chore) -> None:
    """Do it now, and again so many seconds after each time, until cancelled.

    What the database refuses or cannot take is told in the log, and tried again the next time: so a pause there must be.
    """
    assert seconds > 0
    while True:
        try:
            await do()
        except psycopg.Error as error:
            name = do.__name__.strip("_")
            log.warning("%s failed: %s", name, str(error).strip(), extra={"cause": name})
        await asyncio.sleep(seconds)
