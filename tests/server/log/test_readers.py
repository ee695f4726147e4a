"""A room for invited users: its hallway row is sent to its recipients only, by every technique."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from ...following import Frame, follow
from ...people import Psql
from ...running import RunningRelay, run_relay
from ...sockets import open_socket

pytestmark = pytest.mark.anyio

JSON = {"Accept": "application/json"}


@pytest.fixture
def serve(database_url: str) -> Iterator[Callable[[], RunningRelay]]:
    """Starts a relay once the rooms are there, so that its first snapshot has them."""
    with ExitStack() as running:
        yield lambda: running.enter_context(run_relay(database_url))


def is_snapshot(frame: Frame) -> bool:
    return frame.event == "snapshot"


def shown(room: int) -> Any:
    return lambda f: f.event == "hallway" and f.data["id"] == room and "name" in f.data


def hidden(room: int) -> Any:
    return lambda f: f.event == "hallway" and f.data["id"] == room and "hidden" in f.data


def names(frame: Frame) -> list[str]:
    return [row["name"] for row in frame.data["hallway"]]


async def test_a_row_is_sent_to_its_recipients_and_hidden_from_all_others(
    psql: Psql, serve: Callable[[], RunningRelay]
) -> None:
    room = psql.room("rick", "Secret")
    psql.room("rick", "Tea")
    relay = serve()
    hallway, socket = f"{relay.url}/hallway/events", f"{relay.url}/hallway/socket"
    with relay.client(relay.token("anna")) as anna_polls, relay.client() as nobody_polls:
        places = [
            (poller, poller.get("/hallway/events", headers=JSON).json()["cursor"], seen)
            for poller, seen in ((anna_polls, True), (nobody_polls, False))
        ]
        async with (
            follow(hallway, relay.token("anna")) as anna,
            follow(hallway, relay.token("eve")) as eve,
            open_socket(socket, relay.token("anna")) as anna_calls,
            open_socket(socket) as anonymous,
        ):
            for each in (anna, eve, anna_calls, anonymous):
                assert sorted(names(await each.until(is_snapshot))) == ["Secret", "Tea"]
            psql.run(
                "insert into guests (room_id, user_id) values (%s, %s)", room, psql.person("anna")
            )
            psql.run("update rooms set access = 'invited' where id = %s", room)
            psql.run("update rooms set name = 'Hush' where id = %s", room)
            for each in (anna, anna_calls):
                row = await each.until(lambda f: shown(room)(f) and f.data["name"] == "Hush")
                assert "readers" not in row.data
                assert not any(hidden(room)(frame) for frame in each.frames)
            for each in (eve, anonymous):
                gone = await each.until(hidden(room))
                assert gone.data == {"id": room, "hidden": True, "cursor": gone.data["cursor"]}
            for poller, cursor, seen in places:
                asked = {"after": cursor, "wait": "5"}
                rows = poller.get("/hallway/events", headers=JSON, params=asked).json()["hallway"]
                assert ("Hush" in [row.get("name") for row in rows]) is seen
                assert any("hidden" in row for row in rows) is not seen

            psql.run("delete from guests where room_id = %s", room)
            await anna.until(hidden(room))
            psql.run("update rooms set access = 'open' where id = %s", room)
            for each in (eve, anonymous):
                await each.until(lambda f: shown(room)(f) and f.data["access"] == "open")
                assert "Hush" not in [
                    f.data.get("name")
                    for f in each.frames
                    if f.event == "hallway" and f.data.get("access") == "invited"
                ]


async def test_a_snapshot_shows_a_private_room_and_its_end_to_its_recipients(
    psql: Psql, serve: Callable[[], RunningRelay]
) -> None:
    private, public = psql.room("rick", "Secret"), psql.room("rick", "Tea")
    psql.run("update rooms set access = 'invited' where id = %s", private)
    psql.run("insert into guests (room_id, user_id) values (%s, %s)", private, psql.person("anna"))
    psql.seat(public, "anna")
    psql.seat(public, "eve")
    relay = serve()
    rooms = f"{relay.url}/rooms/{public}/events"
    async with follow(rooms, relay.token("anna")) as anna, follow(rooms, relay.token("eve")) as eve:
        assert sorted(names(await anna.until(is_snapshot))) == ["Secret", "Tea"]
        assert names(await eve.until(is_snapshot)) == ["Tea"]
        psql.run("update rooms set ended_at = now() where id = %s", private)
        await anna.until(
            lambda f: f.event == "hallway" and f.data["id"] == private and f.data["ended_at"]
        )
        psql.run("update rooms set name = 'Coffee' where id = %s", public)
        await eve.until(lambda f: f.event == "hallway" and f.data.get("name") == "Coffee")
        assert not any(f.data["id"] == private for f in eve.changes("hallway"))
    with relay.client() as anonymous:
        answer: httpx.Response = anonymous.get("/hallway/events", headers=JSON)
        assert [row["name"] for row in answer.json()["snapshot"]["hallway"]] == ["Coffee"]


async def test_a_user_invited_by_name_sees_the_room_until_they_decline(
    psql: Psql, serve: Callable[[], RunningRelay]
) -> None:
    room = psql.room("rick", "Secret")
    psql.run("update rooms set access = 'invited' where id = %s", room)
    psql.person("anna")
    relay = serve()
    async with follow(f"{relay.url}/hallway/events", relay.token("anna")) as anna:
        assert names(await anna.until(is_snapshot)) == []
        code = psql.act_as("rick").one("select code from invite_to_room(%s, 'anna')", room)
        await anna.until(shown(room))
        psql.act_as("anna").run("select decline_invitation(%s)", code)
        await anna.until(hidden(room))


async def test_a_guest_whose_invitation_ends_keeps_the_seat_and_the_stream(
    psql: Psql, serve: Callable[[], RunningRelay]
) -> None:
    room = psql.room("rick", "Secret")
    psql.run("insert into guests (room_id, user_id) values (%s, %s)", room, psql.person("anna"))
    psql.seat(room, "anna")
    psql.run("update rooms set access = 'invited' where id = %s", room)
    relay = serve()
    async with follow(f"{relay.url}/rooms/{room}/events", relay.token("anna")) as anna:
        assert names(await anna.until(is_snapshot)) == ["Secret"]
        psql.run("delete from guests where room_id = %s", room)
        gone = await anna.until(lambda f: f.event == "guests")
        assert (gone.data["type"], gone.data["old_record"]["username"]) == ("DELETE", "anna")
        psql.run("update rooms set name = 'Hush' where id = %s", room)
        await anna.until(lambda f: shown(room)(f) and f.data["name"] == "Hush")
        assert not anna.ended
