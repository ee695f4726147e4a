"""A few followers by each of the four techniques, in a room that others fill and leave: what each receives, and when it has the number."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from ..log.sse_parser import SseParser
from ..supervision import begin, stop
from ..tools.http import Client
from ..tools.network import Place, Tally
from ..tools.waiting import until
from ..tools.websocket import Socket

POLL_INTERVAL: Final = 1.0  # seconds
WAIT: Final = 25  # seconds
TECHNIQUES: Final = ("SSE", "polling", "long-polling", "WebSocket")


@dataclass
class Follower:
    """`here` is the number it was told last, `here_at` when (monotonic)."""

    technique: str
    tally: Tally = field(default_factory=Tally)
    here: int = -1
    here_at: float = 0.0
    began: bool = False

    def learn(self, event: str, data: Mapping[str, Any]) -> None:
        numbers = data.get("audience") if event == "snapshot" else data
        if event in ("snapshot", "audience") and numbers and numbers["here"] != self.here:
            self.here, self.here_at = numbers["here"], time.monotonic()
        self.began = True


async def _stream(follower: Follower, place: Place, room: int, token: str) -> None:
    parser = SseParser()
    async with (
        Client(place, token, tally=follower.tally) as client,
        client.follow(f"/rooms/{room}/events") as response,
    ):
        async for chunk in response.aiter_stream():
            for event in parser.feed(chunk):
                follower.learn(event.type, json.loads(event.data))


async def _socket(follower: Follower, place: Place, room: int, token: str) -> None:
    socket = await Socket.open(place, f"/rooms/{room}/socket", token, follower.tally)
    try:
        while True:
            _, message = await socket.next()
            follower.learn(message["event"], message.get("data") or {})
    finally:
        socket.close()


async def _poll(follower: Follower, place: Place, room: int, token: str) -> None:
    wait = f"&wait={WAIT}" if follower.technique == "long-polling" else ""
    after = hallway = ""
    async with Client(place, token, tally=follower.tally) as client:
        while True:
            path = f"/rooms/{room}/events?after={quote(after)}&hallway={quote(hallway)}"
            answered = await client.ask("GET", path + (wait if after else ""))
            if answered.status in (429, 503):  # a busy relay is asked again, as pages do
                await asyncio.sleep(POLL_INTERVAL)
                continue
            answer = answered.accepted()
            after, hallway = answer["cursor"], answer["hallway_cursor"]
            follower.learn("snapshot", answer.get("snapshot", {}))
            if "audience" in answer:
                follower.learn("audience", answer["audience"])
            if not wait:
                await asyncio.sleep(POLL_INTERVAL)


FOLLOW: Final = {
    "SSE": _stream,
    "polling": _poll,
    "long-polling": _poll,
    "WebSocket": _socket,
}


class Followers:
    """All of them."""

    def __init__(self, followers: list[Follower]) -> None:
        self._followers = followers

    def bytes_each(self) -> dict[str, float]:
        """Both directions, by technique."""
        totals = dict.fromkeys(TECHNIQUES, 0.0)
        for one in self._followers:
            totals[one.technique] += one.tally.received + one.tally.sent
        many = len(self._followers) / len(TECHNIQUES)
        return {technique: total / many for technique, total in totals.items()}

    async def agree(self, here: int, since: float) -> tuple[int, dict[str, float]]:
        """How many never had this number, and the seconds after `since` until the last of each technique had it."""
        await until(lambda: all(one.here == here for one in self._followers))
        right = [one for one in self._followers if one.here == here]
        last = {
            technique: max(
                (one.here_at - since for one in right if one.technique == technique), default=0.0
            )
            for technique in TECHNIQUES
        }
        return len(self._followers) - len(right), last


@asynccontextmanager
async def followers_of_each(place: Place, room: int, tokens: list[str]) -> AsyncIterator[Followers]:
    """Users with a seat in the room, given by their tokens: as many for each technique. All follow while the block lasts."""
    followers = [Follower(TECHNIQUES[n % len(TECHNIQUES)]) for n in range(len(tokens))]
    tasks = [
        begin(FOLLOW[one.technique](one, place, room, token), f"a follower by {one.technique}")
        for one, token in zip(followers, tokens, strict=True)
    ]
    try:
        if not await until(lambda: all(one.began for one in followers)):
            raise RuntimeError("not every follower received the room")
        yield Followers(followers)
    finally:
        for task in tasks:
            await stop(task)
