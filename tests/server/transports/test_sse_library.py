"""An event stream for httpx-sse, unmodified: a library that would hand out an event of its own for a block of `retry:` alone."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from httpx_sse import ServerSentEvent, aconnect_sse

from ...patience import PATIENCE
from ...people import Psql
from ...running import NO_TLS, RunningRelay

pytestmark = pytest.mark.anyio


async def test_the_first_event_is_the_snapshot_and_its_id_resumes(
    relay: RunningRelay, psql: Psql
) -> None:
    room = psql.room("rick")
    psql.seat(room, "anna")
    headers = {"Authorization": f"Bearer {relay.token('anna')}"}
    async with httpx.AsyncClient(
        base_url=relay.url, headers=headers, timeout=PATIENCE, verify=NO_TLS
    ) as client:

        async def events(number: int, **more: str) -> list[ServerSentEvent]:
            path = f"/rooms/{room}/events"
            found: list[ServerSentEvent] = []
            async with aconnect_sse(client, "GET", path, headers=more) as source:
                async for event in source.aiter_sse():
                    found.append(event)
                    if len(found) == number:
                        break
            return found

        [first] = await events(1)
        assert (first.event, first.retry) == ("snapshot", 1000)
        assert first.json()["room"]["id"] == room
        psql.seat(room, "bo")
        hallway, joined = await events(2, **{"Last-Event-ID": first.id})
        assert (hallway.event, hallway.id, hallway.retry) == ("snapshot", "", 1000)
        record: dict[str, Any] = json.loads(joined.data)["record"]
        assert (joined.event, record["user_id"]) == ("participants", psql.person("bo"))
