"""Our own four techniques, as the lab of signaling runs them: the same requests, rows and sockets."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Final
from urllib.parse import quote

from ... import __version__
from ...log.sse_parser import SseEvent
from ...tools.http import Client, Refused
from ...tools.network import Place
from ...tools.people import Person
from ...tools.relays import RelayProcess
from ...tools.websocket import Socket
from ..signaling.participants import Participant, participants_of
from ..signaling.plan import WAIT, Technique
from .followers import LOST, FollowedHere, Follower, StreamFollower
from .lane import PARTICIPANTS, About, Surroundings
from .plan import Act
from .refusals import NotAccepted
from .room_seen import RoomSeen

WITHIN: Final = 5.0  # seconds for the answer to a write
GRACE: Final = 120.0  # seconds; no seat expires during a run
POLL_EVERY: Final = 1.0  # seconds
LABELS: Final[dict[Technique, str]] = {
    "sse": "Roomtone, push (SSE)",
    "polling": "Roomtone, polling",
    "long-polling": "Roomtone, long-polling",
    "websocket": "Roomtone, WebSocket",
}


def about(technique: Technique) -> About:
    """Its settings are those with which Roomtone is installed."""
    return About(
        "roomtone",
        f"roomtone-{technique}",
        LABELS[technique],
        "recovery",
        "as installed; polling asks every second",
        "the cursor of the room’s log",
    )


class RoomFollower(Follower):
    """What the techniques have in common: a room, a seat, a cursor."""

    def __init__(self, place: Place, room: int, person: Person) -> None:
        super().__init__()
        self._place = place
        self._room = room
        self._person = person
        self._cursor = ""
        self.room_seen = RoomSeen(self)


class PushFollower(StreamFollower):
    def __init__(self, place: Place, room: int, person: Person) -> None:
        path = f"/rooms/{room}/events?peer_id={person.peer}"
        super().__init__(place, path, person.token)
        self.room_seen = RoomSeen(self)

    def began(self) -> None:
        return  # it follows when its first frame is there

    def received(self, event: SseEvent, at: float) -> None:
        self.follows.set()
        if event.type == "snapshot":
            self.room_seen.snapshot(json.loads(event.data), at)
        elif event.type in ("participants", "signals"):
            self.room_seen.event(json.loads(event.data), at)


class SocketFollower(RoomFollower):
    async def follow(self) -> None:
        resume = f"&after={quote(self._cursor)}" if self._cursor else ""
        path = f"/rooms/{self._room}/socket?peer_id={self._person.peer}{resume}"
        socket = await Socket.open(self._place, path, self._person.token, self.tally)
        try:
            while True:
                at, message = await socket.next()
                if message["event"] == "bye":
                    raise Refused(f"bye: {message['data']}")
                self.follows.set()
                self._cursor = message.get("id") or self._cursor
                if message["event"] == "snapshot":
                    self.room_seen.snapshot(message["data"], at)
                elif message["event"] in ("participants", "signals"):
                    self.room_seen.event(message["data"], at)
        finally:
            socket.close()


class PollFollower(RoomFollower):
    """Asks every second; with `wait`, again as soon as it is answered."""

    def __init__(self, place: Place, room: int, person: Person, *, wait: float) -> None:
        super().__init__(place, room, person)
        self._wait = wait
        self._hallway = ""
        self._asked = False

    async def follow(self) -> None:
        async with Client(self._place, self._person.token, tally=self.tally) as client:
            while True:
                began = asyncio.get_running_loop().time()
                wait = f"&wait={self._wait:g}" if self._wait and self._cursor else ""
                path = (
                    f"/rooms/{self._room}/events?peer_id={self._person.peer}"
                    f"&after={quote(self._cursor)}&hallway={quote(self._hallway)}{wait}"
                )
                answer = await client.ask("GET", path)
                body = answer.accepted()
                self.follows.set()
                self._cursor, self._hallway = body["cursor"], body["hallway_cursor"]
                self.room_seen.snapshot(body.get("snapshot", {}), answer.at)
                for event in body["events"]:
                    self.room_seen.event(event, answer.at)
                if not self._wait:
                    spent = asyncio.get_running_loop().time() - began
                    # browsers do not poll at the same moment
                    share = 1.0 if self._asked else random.random()
                    self._asked = True
                    await asyncio.sleep(max(0.0, share * POLL_EVERY - spent))


class Roomtone(FollowedHere):
    has_database = True

    def __init__(self, technique: Technique, around: Surroundings) -> None:
        self.about = about(technique)
        super().__init__(around)
        self._technique = technique
        self._stack = AsyncExitStack()
        self._relay = RelayProcess(
            around.bench.relay_url,
            self.folder / "relay.log",
            grace=GRACE,
            streams_per_user=1000,
        )
        self._people: list[Person] = []
        self._followers: list[PushFollower | RoomFollower] = []
        self._participants: list[Participant] = []

    async def start(self) -> None:
        bench = self.around.bench
        await self._relay.start()
        self._psql = await self._stack.enter_async_context(await bench.psql())
        self._room = await bench.room(self._psql)
        writers = await bench.people(self._relay.place, "participant", PARTICIPANTS)
        self._participants = participants_of(
            self._technique, self._relay.place, self._room, writers
        )
        self.versions = {"roomtone": __version__}

    async def follow(self, numbers: range, *, through_proxy: bool = False) -> None:
        bench = self.around.bench
        known = await bench.people(self._relay.place, "follower", numbers.stop)
        people = await bench.seat(self._psql, self._room, known[numbers.start :])
        self._people += people
        place = await self.reached(self._relay.place, through_proxy=through_proxy)
        followers = [self._follower(place, person) for person in people]
        self._followers += followers
        await self.followers.start(followers)

    def _follower(self, place: Place, person: Person) -> PushFollower | RoomFollower:
        match self._technique:
            case "sse":
                return PushFollower(place, self._room, person)
            case "websocket":
                return SocketFollower(place, self._room, person)
            case "long-polling":
                return PollFollower(place, self._room, person, wait=WAIT)
            case _:
                return PollFollower(place, self._room, person, wait=0.0)

    async def write(self, participant: int, kind: Act, to: int | None) -> str:
        who = self._participants[participant]
        to_peer = "" if to is None else self._people[to].peer
        try:
            async with asyncio.timeout(WITHIN):
                await who.act(kind, to_peer)
        except LOST as error:
            await who.close()
            raise NotAccepted(f"{type(error).__name__}: {error}") from error
        return f"{kind} {who.peer}"

    async def kill_server(self) -> None:
        await self._relay.kill()

    async def start_server(self) -> None:
        await self._relay.start()

    @property
    def ended(self) -> bool:
        return self._relay.ended

    @property
    def snapshots(self) -> int:
        return sum(follower.room_seen.snapshots for follower in self._followers)

    def servers(self) -> Sequence[int]:
        return [self._relay.pid]

    async def close_participants(self) -> None:
        for participant in self._participants:
            await participant.close()

    async def stop(self) -> None:
        await super().stop()
        await self._relay.stop()
        await self._stack.aclose()
