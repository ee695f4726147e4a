"""Who speaks comes to listeners of an edge by every technique, whether their relay LISTENs or is on a bus."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from roomtone.tools.nats_server import nats_server

from ...following import Frame, follow
from ...patience import PATIENCE
from ...people import Psql
from ...running import RunningRelay
from ...sockets import open_socket
from ...triggers.edges import listeners, node, sizes, stage
from .running_bus import metric, relays_on_bus, running_pump

pytestmark = pytest.mark.anyio
JSON = {"Accept": "application/json"}


@pytest.fixture(params=["LISTEN", "bus"])
def any_relay(
    request: pytest.FixtureRequest, database_url: str, patient_bus: None
) -> Iterator[RunningRelay]:
    if request.param == "LISTEN":
        yield request.getfixturevalue("relay")
        return
    with ExitStack() as stack:
        nats = stack.enter_context(nats_server())
        stack.enter_context(running_pump(database_url, nats.url))
        [relay] = stack.enter_context(relays_on_bus(database_url, nats.url, 1))
        yield relay
        assert metric(relay, "roomtone_bus_pages_total")


async def test_who_speaks_is_an_event_by_every_technique(
    any_relay: RunningRelay, psql: Psql
) -> None:
    sizes(psql, 0)
    node(psql, "an edge", "edge", 10)
    room, host = stage(psql), psql.person_id("host")
    listeners(psql, room, 1)
    psql.run("select node_speakers('stage', %s, '{}')", room)
    token = any_relay.token("person 000")
    events = f"{any_relay.url}/rooms/{room}/events"

    def is_it(frame: Frame) -> bool:
        return frame.event == "speakers" and frame.data["record"]["users"] == [host]

    with any_relay.client(token) as client:

        def poll(after: object, wait: int) -> list[object]:
            asked: dict[str, str | int] = {"after": str(after), "wait": wait}
            answer = client.get(events, params=asked, headers=JSON, timeout=PATIENCE)
            return [
                event["record"]["users"]
                for event in answer.raise_for_status().json()["events"]
                if event["table"] == "speakers"
            ]

        async with follow(events, token) as stream:
            snapshot = await stream.until(lambda frame: frame.event == "snapshot")
            assert snapshot.data["speakers"] == []
            socket_url = f"{any_relay.url}/rooms/{room}/socket?after={snapshot.id}"
            async with open_socket(socket_url, token) as socket:
                waiting = asyncio.create_task(asyncio.to_thread(poll, snapshot.id, 25))
                psql.run("select node_speakers('stage', %s, %s)", room, [host])
                frame = await stream.until(is_it)
                assert frame.data["recipient"] is None
                await socket.until(is_it)
                assert await waiting == [[host]]
            assert await asyncio.to_thread(poll, snapshot.id, 0) == [[host]]
        async with follow(events, token) as late:
            snapshot = await late.until(lambda frame: frame.event == "snapshot")
            assert snapshot.data["speakers"] == [host]
