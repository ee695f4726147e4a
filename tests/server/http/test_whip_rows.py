"""What a program that comes by WHIP or WHEP writes, without a node or edge that answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from psycopg.errors import LockNotAvailable
from psycopg.pq import PipelineStatus
from roomtone.http.whip_rows import Protocol, WhipSession, take_seat_and_offer
from roomtone.postgres.pools import Database, opened
from roomtone.types import NodeId, PeerId, RoomId

from ...people import Psql
from ...running import patient
from ...triggers.edges import edge_of, sizes

pytestmark = pytest.mark.anyio


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    settings = patient(pool_size=2)
    async with opened(Database(database_url, node=NodeId("a relay"), settings=settings)) as own:
        yield own


@pytest.mark.parametrize("protocol", ["whip", "whep"])
async def test_a_program_may_be_the_first_in_a_room_whose_log_it_locks_only_while_it_commits(
    psql: Psql, database: Database, monkeypatch: pytest.MonkeyPatch, protocol: Protocol
) -> None:
    sizes(psql, 0)
    psql.node("the edge", "edge", 10)
    psql.node("the stage", "sfu", 100)
    room = psql.room("host")
    psql.run("update rooms set topology = 'sfu' where id = %s", room)
    claims, looked = {"sub": str(psql.person("player"))}, 0
    async with database.acting(claims) as connection:
        execute = connection.execute

        async def look_and_execute(*arguments: Any, **options: Any) -> Any:
            """Each statement that is waited for leaves the log free for others until the next one."""
            nonlocal looked
            if connection.pgconn.pipeline_status == PipelineStatus.OFF:
                looked += 1
                psql.all("select from logs where room_id = %s for update nowait", room)
            return await execute(*arguments, **options)

        monkeypatch.setattr(connection, "execute", look_and_execute)
        session = WhipSession(RoomId(room), PeerId(str(uuid4())))
        served = await take_seat_and_offer(connection, session, protocol, "v=0", leaves=False)
        if protocol == "whep":
            with pytest.raises(LockNotAvailable):  # by whom the seat got an edge
                psql.all("select from logs where room_id = %s for update nowait", room)
        assert looked > 1
    by = psql.one("select node_id from assignments where peer_id = %s", served)
    assert by == ("the edge" if protocol == "whep" else "the stage")
    assert edge_of(psql, room, "player") == ("the edge" if protocol == "whep" else None)
    sent = "select to_peer::text, kind from signals where from_peer = %s"
    assert psql.all(sent, session.peer) == [(served, "offer")]
