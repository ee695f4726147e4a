"""A process with thousands of people: each joins a room and follows it on one connection, or follows the hallway.

Bare protocols of one loop: bytes are counted as the kernel hands them over, and searched for the numbers of the audience.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Literal, cast

from ..supervision import begin
from ..tools.percentiles import percentiles
from ..tools.waiting import until
from ..tools.worker import execute_commands
from .plan import LEAVING

AT_ONCE: Final = LEAVING  # connections that wait for an answer
ANSWERS_WITHIN: Final = 120.0  # seconds
TAIL: Final = 160  # bytes kept of a chunk, in which numbers may be cut in two
NUMBERS: Final = re.compile(
    rb'"here": (\d+), "on_stage": \d+, "audience": \d+|"audience": \{"here": (\d+), "room_id"'
)
"""As a stream has them, and as a snapshot has them."""

BUSY: Final = (b"HTTP/1.1 503", b"HTTP/1.1 429")
TRIES: Final = 60
ASKS_AGAIN: Final = 1.0  # seconds

State = Literal["asked", "opening", "following", "refused", "ended"]


def request(method: str, path: str, token: str, row: object = None) -> bytes:
    """Of a person with this token."""
    body = "" if row is None else json.dumps(row)
    kind = "text/event-stream" if method == "GET" else "application/json"
    sent = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
    return (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {kind}\r\n"
        f"Authorization: Bearer {token}\r\n{sent}\r\n{body}"
    ).encode()


class Person(asyncio.Protocol):
    """One connection. `first`: the request before that for the stream, if any; `snapshot` and `later` are bytes."""

    def __init__(self, first: bytes | None, stream: bytes) -> None:
        self._requests = [stream] if first is None else [first, stream]
        self._tail = b""
        self._transport: asyncio.Transport
        self.again = 0
        self.state: State = "opening" if first is None else "asked"
        self.changed = asyncio.Event()
        self.fault = ""
        self.asked_at = self.answered_at = self.here_at = 0.0
        self.here = -1
        self.snapshot = self.later = self.numbers = self.rows = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.asked_at = time.monotonic()
        self._send()

    def _send(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(self._requests[0])

    def data_received(self, data: bytes) -> None:
        at = time.monotonic()
        text = self._tail + data
        match self.state:
            case "asked":
                self._answer(text, at)
            case "opening":
                self._open(text, at)
            case "following":
                self.later += len(data)
                self.rows += data.count(b"event: hallway")
                self.numbers += data.count(b"event: audience")
                self._look(text, at)
            case _:
                pass

    def _answer(self, text: bytes, at: float) -> None:
        self._tail = text
        if not is_complete(text):
            return
        if not text.startswith(b"HTTP/1.1 2"):
            self._refuse(text)
            return
        self._requests.pop(0)
        self.answered_at, self.state, self._tail = at, "opening", b""
        self._send()

    def _open(self, text: bytes, at: float) -> None:
        self._tail = text
        if text.startswith(b"HTTP/1.1 200"):
            found = text.find(b"event: snapshot")
            if found >= 0 and text.find(b"\n\n", found) >= 0:
                self.state, self.snapshot, self._tail = "following", len(text), b""
                self._look(text, at)
                self.changed.set()
        elif is_complete(text):
            self._refuse(text)

    def _look(self, text: bytes, at: float) -> None:
        self._tail = text[-TAIL:]
        for found in NUMBERS.finditer(text):
            here = int(found[1] or found[2])
            if here != self.here:
                self.here, self.here_at = here, at

    def _refuse(self, text: bytes) -> None:
        """A relay that is busy is asked again, as pages do."""
        if text.startswith(BUSY) and self.again < TRIES:
            self.again, self._tail = self.again + 1, b""
            asyncio.get_running_loop().call_later(ASKS_AGAIN, self._send)
            return
        self.fault = text[:300].decode(errors="replace")
        self.state = "refused"
        self.changed.set()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.state != "refused":
            self.fault = self.fault or "the connection was closed"
            self.state = "ended"
            self.changed.set()


def is_complete(answer: bytes) -> bool:
    """Whether all of an answer with a known length has arrived."""
    head, end, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    return bool(end) and length is not None and len(body) >= int(length[1])


class Crowd:
    """Its commands. Times are of the monotonic clock, which all processes of a machine share."""

    def __init__(self) -> None:
        self._tokens: list[str] = []
        self._people: list[Person] = []

    async def close(self) -> None:
        return

    async def load(self, tokens: list[str]) -> None:
        """More people, for the next command."""
        self._tokens += tokens

    async def arrive(self, port: int, room: int, seconds: float) -> dict[str, Any]:
        """All join this room and follow it, evenly spread over these seconds."""
        join, path = {"room_id": room}, f"/rooms/{room}/events"
        people = [
            Person(request("POST", "/rows/participants", token, join), request("GET", path, token))
            for token in self._tokens
        ]
        done = await self._enter(people, port, seconds)
        last = max((one.answered_at for one in people), default=0.0)
        times = [round((one.answered_at - one.asked_at) * 1000, 3) for one in people]
        return done | {"joined": last, "seconds": last - done["began"], "times": percentiles(times)}

    async def watch(self, port: int, seconds: float) -> dict[str, Any]:
        """All follow the hallway, evenly spread over these seconds."""
        people = [Person(None, request("GET", "/hallway/events", token)) for token in self._tokens]
        return await self._enter(people, port, seconds)

    async def _enter(self, people: Sequence[Person], port: int, seconds: float) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        began = time.monotonic()
        answers = iter(people)
        late: list[float] = []

        async def enter(person: Person, lateness: float) -> None:
            late.append(lateness)
            async with asyncio.timeout(ANSWERS_WITHIN):
                await loop.create_connection(lambda: person, "127.0.0.1", port)
                await person.changed.wait()

        await paced(len(people), seconds, lambda _, lateness: enter(next(answers), lateness))
        faults = [person.fault for person in people if person.state != "following"]
        if faults:
            raise RuntimeError(f"{len(faults)} of {len(people)} could not follow: {faults[0]}")
        self._people += people
        sizes = [person.snapshot for person in people]
        return {
            "began": began,
            "opened": time.monotonic() - began,
            "late": max(late),
            "again": sum(person.again for person in people),
            "snapshot": sum(sizes) / len(sizes),
        }

    async def leave(self, port: int, room: int, keep: int, seconds: float) -> dict[str, float]:
        """All but the last `keep` leave, evenly spread over these seconds; the others are those who follow from now on."""
        leaving, tokens = self._people[:-keep], self._tokens[:-keep]
        self._people, self._tokens = self._people[-keep:], self._tokens[-keep:]
        sent = iter(tokens)
        last = 0.0

        async def leave(_number: int, _late: float) -> None:
            nonlocal last
            text = request("POST", "/rows/rpc/leave_room", next(sent), {"room_id": room})
            for _ in range(TRIES):
                if await post(port, text):
                    break
                await asyncio.sleep(ASKS_AGAIN)
            last = max(last, time.monotonic())

        began = time.monotonic()
        await paced(len(leaving), seconds, leave)
        return {"began": began, "left": last, "seconds": last - began}

    async def agree(self, here: int, since: float) -> dict[str, Any]:
        """Wait until everybody who follows has this number: how many never had it, and the seconds after `since` at which the last had it."""
        await until(lambda: all(person.here == here for person in self._people))
        times = [person.here_at - since for person in self._people if person.here == here]
        return {"wrong": len(self._people) - len(times), "last": max(times, default=0.0)}

    async def received(self) -> dict[str, Any]:
        """What all have received since they follow: bytes, numbers of the audience, rows of the hallway; the most of one."""
        alive = [person for person in self._people if person.state == "following"]
        return {
            "bytes": sum(person.later for person in self._people),
            "numbers": max((person.numbers for person in self._people), default=0),
            "rows": sum(person.rows for person in self._people),
            "most_rows": max((person.rows for person in self._people), default=0),
            "following": len(alive),
        }


async def paced(many: int, seconds: float, do: Callable[[int, float], Awaitable[None]]) -> None:
    """Do it so many times, evenly spread, some at a time; `do` is called with the number and how late it is."""
    gate = asyncio.Semaphore(AT_ONCE)
    began = time.monotonic()

    async def one(number: int) -> None:
        async with gate:
            await do(number, time.monotonic() - began - seconds * number / many)

    tasks: list[asyncio.Task[None]] = []
    try:
        for number in range(many):
            await asyncio.sleep(max(0.0, began + seconds * number / many - time.monotonic()))
            tasks.append(begin(one(number), f"person {number}"))
        await asyncio.gather(*tasks)
    finally:
        for each in tasks:
            each.cancel()


async def post(port: int, sent: bytes) -> bool:
    """A request on a connection of its own; false if the relay is busy. Raises RuntimeError if it is refused."""
    async with asyncio.timeout(ANSWERS_WITHIN):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(sent)
            head = await reader.readuntil(b"\r\n\r\n")
        finally:
            writer.close()
    if not head.startswith((b"HTTP/1.1 2", *BUSY)):
        raise RuntimeError(head.decode(errors="replace")[:300])
    return not head.startswith(BUSY)


if __name__ == "__main__":
    execute_commands(Crowd)
