"""The floor of all push from PostgreSQL: a bare LISTEN on an idle connection."""

from __future__ import annotations

import asyncio
import time
from typing import Final

import psycopg

from ..supervision import begin
from .workbench import Workbench

NOTIFICATIONS: Final = 200


async def bare_listen(bench: Workbench) -> list[float]:
    """Milliseconds from just before a NOTIFY commits until a bare LISTEN receives it, by the clocks of database and program."""
    taken: list[float] = []
    channel = f"lab_{bench.run}"
    async with (
        await bench.psql() as listening,
        await psycopg.AsyncConnection.connect(bench.admin_url, autocommit=True) as hand,
    ):
        await listening.execute(f"listen {channel}")
        await hand.execute("set synchronous_commit = off")
        received = listening.notifies(timeout=10, stop_after=NOTIFICATIONS)

        async def notify() -> None:
            for _ in range(NOTIFICATIONS):
                await hand.execute(
                    "select pg_notify(%s, extract(epoch from clock_timestamp())::text)", (channel,)
                )
                await asyncio.sleep(0.005)

        notifying = begin(notify(), "notifications")
        async for notification in received:
            taken.append((time.time() - float(notification.payload)) * 1000)
        await notifying
    return taken
