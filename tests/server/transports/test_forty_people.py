"""Forty users join one room at the same moment."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from ...conftest import Connect
from ...following import Frame, Subscriber, follow
from ...patience import PATIENCE
from ...people import Psql
from ...running import NO_TLS, RunningRelay, run_relay

pytestmark = pytest.mark.anyio

PEOPLE = 40
SPEAKERS = 8


class Guest:
    """A user who joins, follows and signals like a browser: the newcomer offers, the other answers."""

    def __init__(self, relay: RunningRelay, room: int, number: int, token: str) -> None:
        self.url = f"{relay.url}/rooms/{room}/events"
        self.room = room
        self.name = f"guest {number}"
        self.role = "SPEAKER" if number < SPEAKERS else "AUDIENCE"
        self.token = token
        self.http = httpx.AsyncClient(
            base_url=relay.url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=PATIENCE,
            verify=NO_TLS,
        )
        self.roster: list[str] = []

    async def write(self, table: str, row: dict[str, Any]) -> Any:
        answer = await self.http.post(
            f"/rows/{table}", json=row, headers={"Prefer": "return=representation"}
        )
        assert answer.status_code == 201, answer.text
        return answer.json()[0]

    async def evening(self, doors: asyncio.Event, over: asyncio.Barrier) -> None:
        await doors.wait()
        seat = await self.write("participants", {"room_id": self.room, "role": self.role})
        async with follow(self.url, self.token, peer_id=seat["peer_id"]) as stream:
            snapshot = await stream.until(lambda f: f.event == "snapshot")
            present = snapshot.data["participants"]
            mine = next(p for p in present if p["peer_id"] == seat["peer_id"])
            earlier = [
                p
                for p in present
                if p["seq"] < mine["seq"] and not p["role"] == mine["role"] == "AUDIENCE"
            ]
            for other in earlier:
                await self.signal(other["peer_id"], "offer")
            async with asyncio.TaskGroup() as tasks:
                answering = tasks.create_task(self.answer_offers(stream, snapshot))
                for other in earlier:
                    await stream.until(answer_from(other["peer_id"]))
                await over.wait()
                await stream.until(everybody_is_known(stream))
                self.roster = in_join_order(stream)
                answering.cancel()

    async def answer_offers(self, stream: Subscriber, snapshot: Frame) -> None:
        answered: set[int] = set()
        while True:
            known = len(stream.frames)
            offers = [s for s in snapshot.data["signals"] if s["kind"] == "offer"]
            offers += [
                f.data["record"]
                for f in stream.changes("signals")
                if f.data["record"]["kind"] == "offer"
            ]
            for offer in offers:
                if offer["id"] not in answered:
                    answered.add(offer["id"])
                    await self.signal(offer["from_peer"], "answer")
            await stream.until(more_than(known, stream))

    async def signal(self, to_peer: str, kind: str) -> None:
        body = {"type": kind, "sdp": "v=0"}
        await self.write(
            "signals", {"room_id": self.room, "to_peer": to_peer, "kind": kind, "body": body}
        )


def answer_from(peer: str) -> Callable[[Frame], bool]:
    return lambda frame: (
        frame.event == "signals"
        and frame.data["record"]["kind"] == "answer"
        and frame.data["record"]["from_peer"] == peer
    )


def more_than(known: int, stream: Subscriber) -> Callable[[Frame], bool]:
    return lambda _: len(stream.frames) > known


def everybody_is_known(stream: Subscriber) -> Callable[[Frame], bool]:
    return lambda _: len(in_join_order(stream)) == PEOPLE


def in_join_order(stream: Subscriber) -> list[str]:
    """The roster by the events that this subscriber received."""
    [first] = [f for f in stream.changes("snapshot") if "room" in f.data]
    people = {p["username"]: p["seq"] for p in first.data["participants"]}
    for change in stream.changes("participants"):
        assert change.data["type"] == "INSERT"
        people[change.data["record"]["username"]] = change.data["record"]["seq"]
    return sorted(people, key=people.__getitem__)


async def test_all_participants_see_the_same_roster_and_log_and_each_pair_connects_once(
    connect: Connect, database_url: str
) -> None:
    psql = Psql(connect())
    room = psql.room("rick")
    with run_relay(database_url) as relay:
        guests = [
            Guest(relay, room, n, await asyncio.to_thread(relay.token, f"guest {n}"))
            for n in range(PEOPLE)
        ]
        doors = asyncio.Event()
        over = asyncio.Barrier(PEOPLE)
        async with asyncio.TaskGroup() as evening:
            for guest in guests:
                evening.create_task(guest.evening(doors, over))
            doors.set()
        for guest in guests:
            await guest.http.aclose()

    roster = psql.roster(room)
    assert sorted(roster) == sorted(guest.name for guest in guests)
    assert all(guest.roster == roster for guest in guests)

    log = psql.all("select seq, table_name from events where room_id = %s order by seq", room)
    assert [seq for seq, _ in log] == list(range(1, len(log) + 1))
    assert Counter(table for _, table in log)["participants"] == PEOPLE

    pairs = SPEAKERS * (SPEAKERS - 1) // 2 + SPEAKERS * (PEOPLE - SPEAKERS)
    connections = Counter(
        frozenset(pair)
        for pair in psql.all(
            "select from_user, to_user from signal_trace where answered_at is not null"
        )
    )
    assert len(connections) == pairs
    assert set(connections.values()) == {1}
