"""Who follows a person is sent where they are, on streams and in polls, and nobody else is."""

from __future__ import annotations

from typing import Any

import pytest

from ...following import Subscriber, follow
from ...people import Psql
from ...running import RunningRelay

pytestmark = pytest.mark.anyio

JSON = {"Accept": "application/json"}


async def receives(follower: Subscriber, people: list[dict[str, Any]], times: int = 1) -> None:
    """Wait for the event with this content, for the second time if so many are wanted."""

    def said() -> int:
        return sum(f.event == "people" and f.data == {"people": people} for f in follower.frames)

    await follower.until(lambda _: said() >= times)


async def test_followers_are_sent_where_a_person_is_and_never_a_private_room(
    psql: Psql, relay: RunningRelay
) -> None:
    for name in ("anna", "mo", "rick"):
        psql.person(name)
    rick = psql.person_id("rick")
    tea = psql.room("mo", "Tea")
    psql.act_as("anna").one("select follow('rick')")
    psql.act_as(None)
    hallway = f"{relay.url}/hallway/events"
    with relay.sign_in("anna") as polling:
        cursor = polling.get("/hallway/events", headers=JSON).json()["cursor"]
        async with (
            follow(hallway, relay.token("anna")) as anna,
            follow(hallway, relay.token("mo")) as mo,
        ):
            first = await anna.until(lambda f: f.event == "snapshot")
            assert "people" not in first.data
            await mo.until(lambda f: f.event == "snapshot")

            psql.seat(tea, "rick")
            here = {"user_id": rick, "username": "rick", "rooms": [tea]}
            await receives(anna, [here])
            polled = polling.get(
                "/hallway/events", headers=JSON, params={"after": cursor, "wait": "5"}
            ).json()
            while "people" not in polled:
                polled = polling.get(
                    "/hallway/events",
                    headers=JSON,
                    params={"after": polled["cursor"], "wait": "5"},
                ).json()
            assert polled["people"] == [{"people": [here]}]
            async with follow(hallway, relay.token("anna")) as again:
                opened = await again.until(lambda f: f.event == "snapshot")
                assert opened.data["people"] == [here]

            psql.run("update rooms set access = 'invited' where id = %s", tea)
            await receives(anna, [here | {"rooms": []}])
            psql.run("update rooms set access = 'open' where id = %s", tea)
            await receives(anna, [here], times=2)

            psql.act_as("rick").one("select block('anna')")
            await receives(anna, [{"user_id": rick, "rooms": []}])
            psql.act_as("mo").one("select follow('rick')")  # who is in Tea now
            await receives(mo, [here])
            assert [frame.event for frame in mo.frames].count("people") == 1
