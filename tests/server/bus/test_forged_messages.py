"""Who may publish on the bus but does not know the key invents no event, repeats none and stops no relay."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

import pytest
from nats.aio.msg import Msg
from roomtone.bus.address import BusAddress
from roomtone.bus.connection import BusConnection, connected
from roomtone.bus.key import BusKey
from roomtone.bus.messages import BEAT, Beat, beat_body
from roomtone.tools.nats_server import nats_server

from ...following import Frame, Subscriber, follow
from ...patience import PATIENCE, comes_true
from ...people import Psql
from ...running import RunningRelay
from .running_bus import is_on_bus, metric, relays_on_bus, running_pump

pytestmark = pytest.mark.anyio


class Overheard(NamedTuple):
    """A relay on a bus, a user who follows a room there, and a client of NATS who reads all messages from then on."""

    relay: RunningRelay
    anna: Subscriber
    stranger: BusConnection
    messages: asyncio.Queue[Msg]


@asynccontextmanager
async def overheard(database_url: str, room: int) -> AsyncIterator[Overheard]:
    messages: asyncio.Queue[Msg] = asyncio.Queue()
    with (
        nats_server() as nats,
        running_pump(database_url, nats.url),
        relays_on_bus(database_url, nats.url, 1) as (relay,),
    ):
        async with (
            connected(BusAddress((nats.url,)), "stranger") as stranger,
            follow(f"{relay.url}/rooms/{room}/events", relay.token("anna")) as anna,
        ):
            await stranger.subscribe("roomtone.>", messages.put)
            await stranger.settled()
            await anna.until(lambda frame: frame.event == "snapshot")
            yield Overheard(relay, anna, stranger, messages)


async def test_forged_and_repeated_messages_are_ignored(
    database_url: str, psql: Psql, patient_bus: None
) -> None:
    room = psql.room("rick")
    psql.seat(room, "anna")
    async with overheard(database_url, room) as (relay, anna, stranger, messages):
        say(psql, room, "true")
        await anna.until(says("true"))
        page = await until_page(messages, room)
        subjects, signed = page.subject.split(".room.")[0], page.data[16:]
        other = BusKey("another secret")
        forged = other.seal(signed[:1], signed[1:].replace(b"true", b"false"))
        beat = other.seal(BEAT, beat_body(Beat(2**60, 1, ())))
        for subject, message in (
            (page.subject, forged),
            (page.subject, page.data[:16] + forged[16:]),
            (page.subject, b""),
            (f"{subjects}.beats", beat),
            (f"{subjects}.notifications", b'{"room": 1}'),
            (page.subject, page.data),  # what was true once
        ):
            await stranger.publish(subject, message)
        await stranger.settled()
        await comes_true(lambda: metric(relay, "roomtone_bus_malformed_total") == 5)
        say(psql, room, "the end")
        await anna.until(says("the end"))
        said = [frame.data["record"]["body"] for frame in anna.changes("messages")]
        assert said == ["true", "the end"]
        assert is_on_bus(relay)


async def test_signals_are_not_on_the_bus(database_url: str, psql: Psql, patient_bus: None) -> None:
    room = psql.room("rick")
    anna_peer = psql.seat(room, "anna")
    psql.seat(room, "bo")
    async with overheard(database_url, room) as (_, anna, _, messages):
        psql.act_as("bo").signal(room, anna_peer, "offer", {"type": "offer", "sdp": "v=0 secret"})
        await anna.until(lambda frame: frame.event == "signals")
        page = await until_page(messages, room)
    assert b"secret" not in page.data
    assert page.data.endswith(b"]]")


def say(psql: Psql, room: int, body: str) -> None:
    statement = "insert into messages (room_id, user_id, body) select id, host_id, %s from rooms where id = %s"
    psql.run(statement, body, room)


def says(body: str) -> Callable[[Frame], bool]:
    def found(frame: Frame) -> bool:
        return frame.event == "messages" and frame.data["record"]["body"] == body

    return found


async def until_page(messages: asyncio.Queue[Msg], room: int) -> Msg:
    """The next page of the room."""
    async with asyncio.timeout(PATIENCE):
        while True:
            message = await messages.get()
            if message.subject.endswith(f".room.{room}"):
                return message
