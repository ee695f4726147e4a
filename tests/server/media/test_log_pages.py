"""Who follows a room over the database reads its log page by page, and holds one page."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest
from roomtone.media.signaling.database_client import database_connections
from roomtone.postgres import room_events
from roomtone.types import PeerId, RoomId

from ...patience import PATIENCE
from ...people import Psql


async def test_a_long_log_comes_whole_and_in_pages(
    database_url: str, psql: Psql, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_events, "PAGE", 3)
    pages: list[int] = []
    async with database_connections(database_url) as database:
        dora = await database.client("dora", kind="person")
        peer = PeerId(psql.seat(room, "dora"))
        async with aclosing(dora.follow(RoomId(room), peer, None)) as frames:
            snapshot = await anext(frames)
        for number in range(10):
            psql.seat(room, f"p{number}")
        read = dora._read  # type: ignore[attr-defined]

        async def counted(*arguments: object) -> tuple[list[object], object, bool, object]:
            found, cursor, complete, audience = await read(*arguments)
            pages.append(len(found))
            return found, cursor, complete, audience

        monkeypatch.setattr(dora, "_read", counted)
        joined: list[str] = []
        async with (
            asyncio.timeout(PATIENCE),
            aclosing(dora.follow(RoomId(room), peer, snapshot.cursor)) as frames,
        ):
            while "p9" not in joined:
                record = (await anext(frames)).data["record"]
                joined += [record["username"]] if "username" in record else []
    assert [name for name in joined if name.startswith("p")] == [f"p{n}" for n in range(10)]
    assert max(pages) == 3
    assert len(pages) >= 4
