"""Signing out, bans, a seat that is taken over, and presence, between two relays on a bus."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any

import pytest
from roomtone.tools.nats_server import nats_server

from ...following import follow, goes
from ...people import Psql
from ...running import RunningRelay
from .running_bus import metric, relays_on_bus, running_pump

pytestmark = pytest.mark.anyio
HERE, ENDING = "host", ("anna", "bo", "cleo")


def join(relay: RunningRelay, room: int, token: str) -> Any:
    with relay.client(token) as client:
        answer = client.post("/rows/rpc/join_room", json={"room_id": room})
        return answer.raise_for_status().json()["peer_id"]


def says(reason: str) -> Any:
    return lambda frame: frame.event == "bye" and frame.data["reason"] == reason


async def test_what_one_relay_is_told_ends_streams_and_seats_of_the_other(
    database_url: str, psql: Psql, patient_bus: None
) -> None:
    room = psql.room("host")
    with (
        nats_server() as nats,
        running_pump(database_url, nats.url),
        relays_on_bus(database_url, nats.url, 2) as (first, second),
    ):
        tokens = {name: first.token(name) for name in (HERE, *ENDING, "dao")}
        async with AsyncExitStack() as streams:

            async def seated(relay: RunningRelay, name: str) -> Any:
                """Joins at the first relay, and follows at this one."""
                peer = join(first, room, tokens[name])
                url = f"{relay.url}/rooms/{room}/events"
                stream = follow(url, tokens[name], peer_id=peer)
                return await streams.enter_async_context(stream)

            host = await seated(first, HERE)
            anna, bo, cleo = [await seated(second, name) for name in ENDING]
            async with AsyncExitStack() as brief:
                url = f"{second.url}/rooms/{room}/events"
                peer = join(first, room, tokens["dao"])
                dao = await brief.enter_async_context(follow(url, tokens["dao"], peer_id=peer))
                await dao.until(lambda frame: frame.event == "snapshot")
            psql.grace_period_ends("dao")
            await host.until(goes("dao"))  # whose stream at the other relay ended

            with first.client(tokens["anna"]) as client:
                client.delete("/session").raise_for_status()
            await anna.until(lambda frame: frame.event == "bye")
            async with follow(url, tokens["anna"]) as again:
                assert again.status == 401
            with first.client(tokens[HERE]) as client:
                ban = {"room_id": room, "user_id": psql.person_id("bo")}
                client.post("/rows/bans", json=ban).raise_for_status()
            await bo.until(lambda frame: frame.event == "bye")
            await host.until(goes("bo"))
            join(first, room, tokens["cleo"])
            await cleo.until(says("taken over"))
        fallbacks = [metric(relay, "roomtone_bus_fallbacks_total") for relay in (first, second)]
        assert fallbacks == [0, 0]  # all of it came by the bus
