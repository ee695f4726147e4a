"""Pump and relays that know several servers of a NATS cluster go on with another one when theirs is killed."""

from __future__ import annotations

from pathlib import Path

import pytest
from roomtone.tools.nats_server import NatsServer
from roomtone.tools.processes import free_port
from roomtone.tools.waiting import TimeLimit

from ...following import Subscriber, follow
from ...patience import PATIENCE, eventually
from ...people import Psql
from .running_bus import is_on_bus, metric, relays_on_bus, running_pump

pytestmark = pytest.mark.anyio

MESSAGE = (
    "insert into messages (room_id, user_id, body) select id, host_id, %s from rooms where id = %s"
)
PAGES = "roomtone_bus_pages_total"


def cluster(folder: Path) -> list[NatsServer]:
    """Two servers, each of which sends the other what is published at it."""
    routes = [free_port(), free_port()]
    servers = []
    for own, other in (routes, routes[::-1]):
        file = folder / f"{own}.conf"
        file.write_text(
            f'cluster {{ name: "roomtone", listen: "127.0.0.1:{own}", routes: ["nats://127.0.0.1:{other}"] }}'
        )
        servers.append(NatsServer(file))
    return servers


async def test_each_server_of_a_cluster_may_be_killed(
    database_url: str, psql: Psql, tmp_path: Path
) -> None:
    servers = cluster(tmp_path)
    room = psql.room("rick")
    psql.seat(room, "ann")
    urls = [server.url for server in servers]
    try:
        for server in servers:
            server.start()
        with (
            running_pump(database_url, *urls),
            relays_on_bus(database_url, ",".join(urls), 1) as [relay],
        ):
            stream = f"{relay.url}/rooms/{room}/events"
            async with follow(stream, relay.token("ann")) as reader:
                written: list[str] = []

                async def say() -> None:
                    """A message, which the reader receives."""
                    written.append(f"{len(written)}")
                    psql.run(MESSAGE, written[-1], room)
                    await reader.until(lambda _: bodies(reader) == written)

                for server in servers:
                    server.kill()
                    await say()  # by the bus, or by a reading of the database
                    eventually(lambda: is_on_bus(relay))
                    pages = metric(relay, PAGES)
                    limit = TimeLimit(PATIENCE)
                    while metric(relay, PAGES) == pages:
                        assert not limit.over
                        await say()
                    server.start()
    finally:
        for server in servers:
            server.kill()


def bodies(reader: Subscriber) -> list[str]:
    return [each.data["record"]["body"] for each in reader.changes("messages")]
