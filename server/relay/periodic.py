"""What a relay does again and again. It goes on when the database was away for a while."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from typing import Protocol

import psycopg

log = logging.getLogger(__name__)


class PeriodicTask(Protocol):
    """A coroutine method; a failure is logged under its name."""

    __name__: str

    def __call__(self) -> Awaitable[None]: ...


async def every(seconds: float, do: PeriodicTask) -> None:
    """Do it now, and again this long after each time, until cancelled.

    A database error is logged, and the task is tried again after the pause, which must not be 0 therefore.
    """
    assert seconds > 0
    while True:
        try:
            await do()
        except psycopg.Error as error:
            name = do.__name__.strip("_")
            log.warning("%s failed: %s", name, str(error).strip(), extra={"cause": name})
        await asyncio.sleep(seconds)
