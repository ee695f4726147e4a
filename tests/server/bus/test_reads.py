"""One event costs the database one reading of the log, however many relays send it on."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest
from psycopg import sql
from roomtone.tools.nats_server import nats_server

from ...conftest import Connection
from ...following import Subscriber, follow
from ...patience import eventually
from ...people import Psql
from ...running import RunningRelay
from .running_bus import metric, relays_on_bus, running_pump

pytestmark = pytest.mark.anyio
EVENTS = 10


@pytest.mark.parametrize("many", [1, 4])
async def test_one_event_is_read_once_for_all_relays(
    many: int, database_url: str, admin: Connection, psql: Psql, patient_bus: None
) -> None:
    room = psql.room("rick")
    database = sql.Identifier(psql.one("select current_database()"))
    admin.execute(sql.SQL("alter database {} set track_functions = 'all'").format(database))
    with (
        nats_server() as nats,
        running_pump(database_url, nats.url),
        relays_on_bus(database_url, nats.url, many) as relays,
    ):
        async with AsyncExitStack() as streams:
            readers = []
            for number, relay in enumerate(relays):
                psql.seat(room, f"reader {number}")
                url, token = f"{relay.url}/rooms/{room}/events", relay.token(f"reader {number}")
                readers.append(await streams.enter_async_context(follow(url, token)))
            await write(psql, room, "first", readers)
            before = [counted(relay) for relay in relays]
            for number in range(EVENTS):
                await write(psql, room, f"{number}", readers)
            after = [counted(relay) for relay in relays]
        received = [(a - b, c - d) for (a, c), (b, d) in zip(after, before, strict=True)]
        assert received == [(0, EVENTS)] * many
        by_relays = sum(reads for reads, _ in after)
    # What a session counted is there when it has ended. The pump may have read several seats together.
    eventually(lambda: readings(psql) > EVENTS)
    assert readings(psql) - by_relays <= many + 1 + EVENTS


async def write(psql: Psql, room: int, body: str, readers: list[Subscriber]) -> None:
    """A message, which each of them receives."""
    statement = "insert into messages (room_id, user_id, body) select id, host_id, %s from rooms where id = %s"
    psql.run(statement, body, room)
    for reader in readers:
        await reader.until(lambda frame: frame.event == "messages" and frame.data["record"]["body"] == body)  # fmt: skip


def counted(relay: RunningRelay) -> tuple[float, float]:
    """Readings of logs by this relay, and pages that it received."""
    return metric(relay, "roomtone_log_reads_total"), metric(relay, "roomtone_bus_pages_total")


def readings(psql: Psql) -> int:
    """How often anybody read logs."""
    statement = "select coalesce(sum(calls), 0) from pg_stat_user_functions where funcname = %s"
    return int(psql.one(statement, "relay_read"))
