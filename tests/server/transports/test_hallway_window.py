"""The window of the hallway, by the four techniques."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from roomtone.drill.hallway_view import HallwayView

from ...following import Subscriber, follow
from ...patience import PATIENCE, comes_true
from ...people import Psql
from ...running import NO_TLS, run_relay
from ...sockets import open_socket

pytestmark = pytest.mark.anyio


class Watched:
    """What was received: `view` is the window, `names` those of the rooms in changes, `snapshots` how often all of it came."""

    def __init__(self) -> None:
        self.view = HallwayView()
        self.names: list[str] = []
        self.snapshots = 0

    def begin(self, rows: list[dict[str, Any]]) -> None:
        self.snapshots += 1
        self.view.begin(rows)

    def change(self, row: dict[str, Any]) -> None:
        self.names.append(row.get("name", ""))
        self.view.change(row)


async def watch_frames(subscriber: Subscriber, watched: Watched) -> None:
    """Of a stream or a socket, until cancelled."""
    read = 0

    def next_one(frame: object) -> bool:
        return any(frame is each for each in subscriber.frames[read:])

    while True:
        await subscriber.until(next_one)
        frame = subscriber.frames[read]
        read += 1
        if frame.event == "snapshot":
            watched.begin(frame.data["hallway"])
        elif frame.event == "hallway":
            watched.change(frame.data)


async def poll(url: str, token: str, wait: str, watched: Watched) -> None:
    """Until cancelled; `wait` is for long polls."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    async with httpx.AsyncClient(headers=headers, timeout=PATIENCE, verify=NO_TLS) as client:
        asked: dict[str, str] = {}
        while True:
            answer = (await client.get(url, params=asked)).json()
            asked = {"after": answer["cursor"], "wait": wait}
            if "snapshot" in answer:
                watched.begin(answer["snapshot"]["hallway"])
            for row in answer["hallway"]:
                watched.change(row)
            await asyncio.sleep(0.05 if wait == "0" else 0)


async def test_each_technique_sends_the_same_window(
    psql: Psql, database_url: str, small: None
) -> None:
    busy = [psql.room("rick", f"Busy {number}") for number in range(3)]
    for room in busy:
        psql.seat(room, "bo")
    of_club = int(psql.one("with c as (insert into clubs (name, owner_id) values ('Jazz', %s) returning id) select id from c", psql.person("rick")))  # fmt: skip
    quiet = int(psql.one("insert into rooms (name, host_id, club_id) values ('Quiet', %s, %s) returning id", psql.person("rick"), of_club))  # fmt: skip
    following = psql.person("anna"), of_club
    with run_relay(database_url) as relay:
        url, token = f"{relay.url}/hallway/events", relay.token("anna")
        everyone = [Watched() for _ in range(4)]
        async with (
            follow(url, token) as stream,
            open_socket(f"{relay.url}/hallway/socket", token) as socket,
            asyncio.TaskGroup() as tasks,
        ):
            running = [
                tasks.create_task(each)
                for each in (
                    watch_frames(stream, everyone[0]),
                    watch_frames(socket, everyone[1]),
                    poll(url, token, "30", everyone[2]),
                    poll(url, token, "0", everyone[3]),
                )
            ]

            async def all_have(*rooms: int) -> None:
                await comes_true(lambda: all(set(w.view.rooms) == {*rooms} for w in everyone))

            async def all_read(name: str) -> None:
                await comes_true(lambda: all(name in w.names for w in everyone))

            await all_have(*busy)
            psql.run("update rooms set name = 'Hush' where id = %s", quiet)
            relay_has_read = "Blue"
            psql.run("update rooms set name = %s where id = %s", relay_has_read, busy[0])
            await all_read(relay_has_read)
            assert all("Hush" not in each.names for each in everyone)
            assert [each.snapshots for each in everyone] == [1] * 4

            psql.run("insert into followers (user_id, club_id) values (%s, %s)", *following)
            await all_have(*busy, quiet)
            psql.run("update rooms set name = 'Loud' where id = %s", quiet)
            await all_read("Loud")
            psql.run("delete from followers where (user_id, club_id) = (%s, %s)", *following)
            await all_have(*busy)
            assert [each.snapshots for each in everyone] == [3] * 4

            psql.run("update rooms set ended_at = now() where id = %s", busy[2])
            await all_have(*busy[:2], quiet)
            for each in running:
                each.cancel()
