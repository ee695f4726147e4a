"""A restored database, and an upgrade of its schema, under relays and a pump that run: followers get on, and on the bus again."""

from __future__ import annotations

from functools import partial

import pytest
from roomtone.postgres.install import install
from roomtone.tools.nats_server import nats_server
from roomtone.types import Cursor

from ...following import follow, joins
from ...patience import comes_true
from ...people import Psql
from ...running import RunningRelay
from ..postgres.test_restored_while_running import restore
from .running_bus import is_on_bus, metric, relays_on_bus, running_pump

pytestmark = pytest.mark.anyio


async def on_the_bus_again(relays: list[RunningRelay], psql: Psql, room: int) -> None:
    """Both receive pages there."""
    for relay in relays:
        await comes_true(partial(is_on_bus, relay))
        pages = metric(relay, "roomtone_bus_pages_total")

        def receives(relay: RunningRelay = relay, pages: float = pages) -> bool:
            psql.run("update participants set muted = not muted where room_id = %s", room)
            return metric(relay, "roomtone_bus_pages_total") > pages

        await comes_true(receives)


async def test_followers_get_on_after_an_upgrade_and_after_a_restore(
    database_url: str, psql: Psql
) -> None:
    room = psql.room("rick")
    for name in ("anna", "bo"):
        psql.seat(room, name)
    with (
        nats_server() as nats,
        running_pump(database_url, nats.url),
        relays_on_bus(database_url, nats.url, 2, demo=True) as relays,
    ):
        one, two = (f"{relay.url}/rooms/{room}/events" for relay in relays)
        async with (
            follow(one, relays[0].token("anna")) as anna,
            follow(two, relays[1].token("bo")) as bo,
        ):
            streams = (anna, bo)
            before = [await each.until(lambda frame: frame.event == "snapshot") for each in streams]
            # As from a release in which every file was another.
            psql.run("update schema_installs set fingerprint = 'older', files = '{}' where true")
            assert install(database_url, demo=False).changed
            psql.seat(room, "cleo")
            for stream in streams:
                await stream.until(joins("cleo"))
            await on_the_bus_again(relays, psql, room)
            restore(psql, room)
            for stream, first in zip(streams, before, strict=True):
                again = await stream.until(
                    lambda frame: (
                        frame.event == "snapshot" and frame.data["room"]["name"] == "As it was"
                    )
                )
                epochs = [Cursor.parse(frame.data["cursor"]).epoch for frame in (first, again)]
                assert epochs[0] < epochs[1]
            await on_the_bus_again(relays, psql, room)
