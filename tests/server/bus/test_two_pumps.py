"""Two pumps that pump at once: one was frozen with its lock, and the other works anyway. No event comes twice."""

from __future__ import annotations

import logging

import pytest
from roomtone.bus import pump
from roomtone.bus.election import elect
from roomtone.postgres.roles import Connection
from roomtone.tools.nats_server import nats_server

from ...following import follow
from ...patience import eventually
from ...people import Psql
from .running_bus import metric, relays_on_bus, running_pump

pytestmark = pytest.mark.anyio
MESSAGES = 40


async def test_an_event_that_two_pumps_publish_comes_once(
    database_url: str, psql: Psql, patient_bus: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:  # fmt: skip
    async def anyway(connection: Connection, *, anyway: bool) -> None:
        await elect(connection, anyway=True)

    monkeypatch.setattr(pump, "elect", anyway)
    caplog.set_level(logging.INFO, pump.__name__)

    def elections() -> int:
        return caplog.text.count("this pump is elected")

    room = psql.room("rick")
    psql.seat(room, "anna")
    said = "insert into messages (room_id, user_id, body) select %s, id, %s from users where username = 'anna'"
    with (
        nats_server() as nats,
        running_pump(database_url, nats.url),
        relays_on_bus(database_url, nats.url, 1) as (relay,),
    ):
        async with follow(f"{relay.url}/rooms/{room}/events", relay.token("anna")) as anna:
            first = await anna.until(lambda frame: frame.event == "snapshot")
            with running_pump(database_url, nats.url):
                for number in range(MESSAGES):
                    psql.run(said, room, str(number))
                eventually(lambda: elections() >= 2)
                psql.run(said, room, "the last")
                await anna.until(
                    lambda frame: frame.event == "messages" and frame.data["record"]["body"] == "the last"
                )  # fmt: skip
            begins = int(str(first.id).split("-")[1]) + 1
            assert anna.seqs == [*range(begins, begins + MESSAGES + 1)]
        assert metric(relay, "roomtone_bus_fallbacks_total") == 0
