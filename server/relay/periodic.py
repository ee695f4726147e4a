"""Periodic tasks: a database that cannot be reached for a while does not end them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from typing import Protocol

import psycopg

from ..read_only import DatabaseIsReadOnly

log = logging.getLogger(__name__)


class PeriodicTask(Protocol):
    """A coroutine method; a failure is logged under its name."""

    __name__: str

    def __call__(self) -> Awaitable[None]: ...


async def every(seconds: float, do: PeriodicTask, *, at_once: bool = True) -> None:
    """Call `do` until cancelled: now if `at_once`, and again `seconds` after each call has ended.

    A database error is logged, and the task is tried again after the same time. So `seconds` must not be 0.
    """
    assert seconds > 0
    if not at_once:
        await asyncio.sleep(seconds)
    while True:
        try:
            await do()
        except DatabaseIsReadOnly:
            pass  # the heartbeats log it, once
        except psycopg.Error as error:
            name = do.__name__.strip("_")
            log.warning("%s failed: %s", name, str(error).strip(), extra={"cause": name})
        await asyncio.sleep(seconds)
