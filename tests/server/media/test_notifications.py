"""Who follows rooms without a relay receives of them whatever else is notified: media nodes, bots, the band."""

from __future__ import annotations

import asyncio

import pytest
from roomtone.media.signaling import database_client
from roomtone.media.signaling.database_client import database_connections
from roomtone.postgres.notifications import CHANNEL
from roomtone.tools.waiting import until
from roomtone.types import RoomId

from ...patience import PATIENCE
from ...payloads import MALFORMED
from ...people import Psql

pytestmark = pytest.mark.anyio


async def test_malformed_notifications_are_ignored_and_counted_and_the_next_is_heard(
    psql: Psql, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        database_client, "RESYNC_EVERY", 10 * PATIENCE
    )  # so it does not look by itself
    room = psql.room("rick")
    async with database_connections(database_url) as database:
        parser = database.wakeups.listener.parser
        with database.wakeups.of_room(RoomId(room)) as notified:
            async with asyncio.timeout(PATIENCE):
                await notified.wait()  # it listens by now
            for payload in MALFORMED:
                psql.run("select pg_notify(%s, %s)", CHANNEL, payload)
            assert await until(lambda: parser.malformed == len(MALFORMED))
            notified.clear()
            psql.seat(room, "anna")
            async with asyncio.timeout(PATIENCE):
                await notified.wait()
