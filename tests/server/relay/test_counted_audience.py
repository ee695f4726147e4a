"""A room whose audience is a number, followed by all four techniques and by a client of the database."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from roomtone.media.signaling.client import Frame
from roomtone.media.signaling.database_client import database_connections
from roomtone.media.signaling.events import event_of, seat_of, snapshot_of
from roomtone.media.signaling.room_state import RoomState
from roomtone.types import PeerId, RoomId, UserId

from ...following import Subscriber, follow
from ...patience import PATIENCE, comes_true
from ...people import Psql
from ...running import NO_TLS, RunningRelay, run_relay
from ...sockets import open_socket, socket_url

pytestmark = [pytest.mark.anyio, pytest.mark.shares_a_relay]

CROWD = "insert into participants (room_id, user_id) select %s, u.id from users u where u.username like 'person %%' order by u.id"


class Follower:
    """What one participant knows of the room, from the frames received so far."""

    def __init__(self, room: int, user: int, peer: str) -> None:
        self.room = RoomId(room)
        self.user = user
        self.peer = PeerId(peer)
        self.state = RoomState(own=UserId(user))
        self.taken = 0
        self.names: list[str] = []

    def take(self, name: str, data: Any) -> None:
        self.taken += 1
        self.names.append(name)
        if name == "snapshot":
            if "participants" in data:
                self.state = self.state.after(snapshot_of(self.room, self.peer, data))
        elif (event := event_of(Frame(name, data))) is not None:
            self.state = self.state.after(event)

    def take_all(self, stream: Subscriber) -> None:
        for frame in stream.frames[self.taken :]:
            self.take(frame.event, frame.data)

    def agrees(self, psql: Psql) -> bool:
        """With the table: the seats that it must know, and the numbers."""
        room, state = self.room, self.state
        rows = psql.all("select seat_record(p) from participants p where p.room_id = %s", room)
        seats = {seat.user: seat for seat in (seat_of(record) for (record,) in rows)}
        counted = psql.one("select roster = 'counted' from rooms where id = %s", room)
        known = {
            user: seat
            for user, seat in seats.items()
            if not counted or not seat.is_quiet or user == self.user
        }
        numbers = (len(seats), sum(seat.may_speak for seat in seats.values()))
        told = None if state.audience is None else (state.audience.here, state.audience.on_stage)
        return state.seats == known and told == (numbers if counted else None)


class Everybody:
    """Followers by the four techniques, and one who reads the database."""

    def __init__(self, psql: Psql, relay: RunningRelay, room: int, url: str) -> None:
        self.psql, self.relay, self.room, self.url = psql, relay, room, url
        self.followers: dict[str, Follower] = {}
        self.streams: dict[str, Subscriber] = {}
        self._polls: list[asyncio.Task[None]] = []

    async def enter(self, stack: AsyncExitStack) -> None:
        tokens = {}
        for name in ("sse", "socket", "poll", "long", "bot"):
            tokens[name] = self.relay.token(name)
            peer = self.psql.seat(self.room, name)
            self.followers[name] = Follower(self.room, self.psql.person_id(name), peer)
        events = f"{self.relay.url}/rooms/{self.room}/events"
        for name, opened in (
            ("sse", follow(events, tokens["sse"], peer_id=self.followers["sse"].peer)),
            (
                "socket",
                open_socket(
                    socket_url(self.relay, self.room),
                    tokens["socket"],
                    peer_id=self.followers["socket"].peer,
                ),
            ),
        ):
            self.streams[name] = await stack.enter_async_context(opened)
        for name, wait in (("poll", None), ("long", "20")):
            polling = asyncio.create_task(self.poll(name, events, tokens[name], wait))
            self._polls.append(polling)
        connections = await stack.enter_async_context(database_connections(self.url))
        client = await connections.client("bot", kind="person")
        bot = self.followers["bot"]

        async def read() -> None:
            async for frame in client.follow(bot.room, bot.peer, None):
                bot.take(frame.event, frame.data)

        self._polls.append(asyncio.create_task(read()))
        stack.push_async_callback(self.stop)

    async def stop(self) -> None:
        for task in self._polls:
            task.cancel()
        await asyncio.gather(*self._polls, return_exceptions=True)

    async def poll(self, name: str, url: str, token: str, wait: str | None) -> None:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        query = {"peer_id": self.followers[name].peer} | ({"wait": wait} if wait else {})
        async with httpx.AsyncClient(headers=headers, timeout=PATIENCE, verify=NO_TLS) as http:
            while True:
                answer = (await http.get(url, params=query)).raise_for_status().json()
                query["after"] = answer["cursor"]
                if "snapshot" in answer:
                    self.followers[name].take("snapshot", answer["snapshot"])
                for event in answer["events"]:
                    self.followers[name].take(event["table"], event)
                if "audience" in answer:
                    self.followers[name].take("audience", answer["audience"])
                if wait is None:
                    await asyncio.sleep(0.05)

    async def agree(self) -> None:
        def all_agree() -> bool:
            for name, stream in self.streams.items():
                self.followers[name].take_all(stream)
            return all(follower.agrees(self.psql) for follower in self.followers.values())

        await comes_true(all_agree)


async def test_followers_by_every_technique_agree_with_the_table_while_the_roster_turns(
    psql: Psql, database_url: str
) -> None:
    room = psql.room("host", stage="moderated")
    psql.seat(room, "host")
    for number in range(120):
        psql.person(f"person {number:03}")
    with run_relay(database_url) as relay:
        async with AsyncExitStack() as stack:
            everybody = Everybody(psql, relay, room, database_url)
            await everybody.enter(stack)
            await everybody.agree()
            steps: list[Callable[[], Any]] = [
                lambda: psql.run(CROWD + " limit 95", room),  # 101
                lambda: psql.run(CROWD + " offset 95", room),
                lambda: psql.run(
                    "update participants set hand_raised_at = now() where room_id = %s and user_id = %s",
                    room,
                    psql.person("person 007"),
                ),
                lambda: psql.run(
                    "update participants set role = 'SPEAKER' where room_id = %s and user_id in (%s, %s)",
                    room,
                    psql.person("person 007"),
                    psql.person("sse"),
                ),
                lambda: psql.run(
                    "update participants set role = 'AUDIENCE' where room_id = %s and user_id <> %s and role = 'SPEAKER'",
                    room,
                    psql.person("host"),
                ),
                lambda: psql.run(
                    "delete from participants p where p.room_id = %s and p.user_id in"
                    " (select u.id from users u where u.username like 'person %%' order by u.id offset 53)",
                    room,
                ),  # 59
                lambda: psql.seat(room, "late"),
                lambda: psql.run(
                    "insert into participants (room_id, user_id) select %s, u.id from users u"
                    " where u.username like 'person %%' on conflict do nothing",
                    room,
                ),
            ]
            turns = []
            for step in steps:
                step()
                await everybody.agree()
                turns.append(psql.one("select roster from rooms where id = %s", room))
            assert turns == [*["counted"] * 5, "full", "full", "counted"]
            # Who comes back with a cursor has the numbers, too.
            sse = everybody.followers["sse"]
            ids = [frame.id for frame in everybody.streams["sse"].frames if frame.id]
            url = f"{relay.url}/rooms/{room}/events"
            async with follow(url, relay.token("sse"), after=ids[-1], peer_id=sse.peer) as again:
                told = await again.until(lambda frame: frame.event == "audience")
                assert told.data["here"] == psql.one(
                    "select here from logs where room_id = %s", room
                )


async def test_three_hundred_joins_are_four_numbers_a_second_and_not_three_hundred_names(
    psql: Psql, database_url: str
) -> None:
    room = psql.room("host", stage="moderated")
    psql.seat(room, "host")
    psql.run("insert into users (username) select 'person ' || n from generate_series(1, 401) n")
    psql.run(CROWD + " limit 101", room)
    followers = 5
    with run_relay(database_url) as relay:
        async with AsyncExitStack() as stack:
            streams = []
            for number in range(followers):
                token = relay.token(f"follower {number}")
                peer = psql.seat(room, f"follower {number}")
                opened = follow(f"{relay.url}/rooms/{room}/events", token, peer_id=peer)
                streams.append(await stack.enter_async_context(opened))
            for stream in streams:
                await stream.until(lambda frame: frame.event == "snapshot")
            start = time.monotonic()
            people = psql.all(
                "select id from users where username like 'person %%' and id not in (select user_id from participants)"
            )
            assert len(people) == 300
            await asyncio.to_thread(join_one_by_one, psql, room, people)
            here = 1 + 101 + followers + 300
            for stream in streams:
                await stream.until(
                    lambda frame: frame.event == "audience" and frame.data["here"] == here
                )
            took = time.monotonic() - start
            for stream in streams:
                after = [frame for frame in stream.frames if frame.event != "hallway"]
                told = [frame for frame in after if frame.event == "audience"]
                names = [
                    frame
                    for frame in stream.changes("participants")
                    if frame.data["record"]["user_id"] in {p for (p,) in people}
                ]
                assert names == []
                assert {frame.event for frame in after} <= {"snapshot", "audience"}
                assert told[-1].data["here"] == here
                assert len(told) <= 4 * took + followers + 3
                size = sum(len(json.dumps(frame.data)) for frame in told)
                assert size < 100 * len(told)


def join_one_by_one(psql: Psql, room: int, people: list[Any]) -> None:
    for (person,) in people:
        psql.run("insert into participants (room_id, user_id) values (%s, %s)", room, person)


def test_a_snapshot_of_1000_seats_has_at_most_64_kb(psql: Psql) -> None:
    room = psql.room("host", stage="moderated")
    psql.seat(room, "host")
    psql.run("insert into users (username) select 'person ' || n from generate_series(1, 1000) n")
    psql.run(CROWD, room)
    psql.run(
        "update participants set hand_raised_at = now() where room_id = %s and user_id in"
        " (select p.user_id from participants p where p.role = 'AUDIENCE' order by p.user_id limit 30)",
        room,
    )
    psql.act_as("person 900")
    snapshot = psql.one("select room_snapshot(%s)", room)
    assert len(json.dumps(snapshot)) < 64_000
    assert snapshot["audience"] == {"room_id": room, "here": 1001, "on_stage": 1, "audience": 1000}
    assert len(snapshot["participants"]) == 31
    assert [seat["username"] for seat in snapshot["seats"]] == ["person 900"]
    assert [each["username"] for each in snapshot["names"]][:2] == ["person 31", "person 32"]
    assert len(snapshot["names"]) == 50
    what, roster = psql.all("select what, roster from replay_room(%s, 3)", room)[-1]
    assert re.fullmatch(r"person \d+ raises a hand", what)  # all in one statement, in any order
    assert roster.endswith(" and 970 more in the audience")
    assert psql.one("select count(*) from room_at(%s)", room) == 1001
