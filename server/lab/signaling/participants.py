"""Participants that join, signal to a follower, and leave, at a steady rate."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Any, Final, assert_never

from ...supervision import begin, stop
from ...tools.http import Client
from ...tools.network import Place, Tally
from ...tools.people import Person
from ...tools.websocket import Socket
from .plan import VISIT, Act, Plan, Technique

OFFER: Final = {"type": "offer", "sdp": "v=0\r\n" + "a=rtpmap:111 opus/48000/2\r\n" * 55}
"""As long as what a browser offers for one audio track: about 1,500 characters."""
CANDIDATE: Final = {
    "candidate": "candidate:842163049 1 udp 1677729535 192.0.2.7 46154 typ srflx raddr 10.0.0.7 rport 46154",
    "sdpMid": "0",
    "sdpMLineIndex": 0,
}
OVERDUE: Final = 15.0  # seconds that the writing may take longer than planned


class Participant(ABC):
    """A participant that joins and leaves; each call is one write, and returns when it is committed."""

    def __init__(self, place: Place, room: int, person: Person) -> None:
        self.place = place
        self.room = room
        self.person = person
        self.tally = Tally()
        self.peer = ""  # of the seat that was taken last

    async def act(self, what: Act, to_peer: str) -> None:
        match what:
            case "join":
                await self.join()
            case "offer":
                await self.signal("offer", to_peer, OFFER)
            case "candidate":
                await self.signal("candidate", to_peer, CANDIDATE)
            case "leave":
                await self.leave()
            case _:
                assert_never(what)

    @abstractmethod
    async def join(self) -> None: ...

    @abstractmethod
    async def signal(self, kind: str, to_peer: str, body: object) -> None: ...

    @abstractmethod
    async def leave(self) -> None: ...

    @abstractmethod
    async def close(self) -> None:
        """Close what is open."""


class RowsParticipant(Participant):
    """Writes rows over HTTP, as clients do that follow by SSE or by polling."""

    def __init__(self, place: Place, room: int, person: Person) -> None:
        super().__init__(place, room, person)
        self._client = Client(place, person.token, tally=self.tally)

    async def join(self) -> None:
        seat = await self._post("rpc/join_room", {"room_id": self.room})
        self.peer = seat["peer_id"]

    async def signal(self, kind: str, to_peer: str, body: object) -> None:
        row = {"room_id": self.room, "from_peer": self.peer, "to_peer": to_peer, "kind": kind}
        await self._post("signals", row | {"body": body})

    async def leave(self) -> None:
        await self._post("rpc/leave_room", {"room_id": self.room, "peer_id": self.peer})

    async def close(self) -> None:
        await self._client.close()

    async def _post(self, path: str, row: dict[str, Any]) -> Any:
        return (await self._client.ask("POST", f"/rows/{path}", row)).accepted()


class SocketParticipant(Participant):
    """Emits the article's events on a socket, one for each visit."""

    def __init__(self, place: Place, room: int, person: Person) -> None:
        super().__init__(place, room, person)
        self._socket: Socket | None = None
        self._reading: asyncio.Task[None] | None = None

    async def join(self) -> None:
        path = f"/rooms/{self.room}/socket"
        self._socket = await Socket.open(self.place, path, self.person.token, self.tally)
        self._reading = begin(self._read(self._socket), "reader of a socket")
        self.peer = (await self._emit("user-joined-room", {}))["peer_id"]

    async def signal(self, kind: str, to_peer: str, body: object) -> None:
        await self._emit("signal", {"to_peer": to_peer, "kind": kind, "body": body})

    async def leave(self) -> None:
        await self._emit("user-left-room", {})
        await self.close()

    async def close(self) -> None:
        if self._reading is not None:
            await stop(self._reading)
        if self._socket is not None:
            self._socket.close()

    async def _emit(self, event: str, data: object) -> Any:
        assert self._socket is not None
        return await self._socket.emit(event, data)

    async def _read(self, socket: Socket) -> None:
        with suppress(EOFError):
            while True:
                await socket.next()


@dataclass(frozen=True)
class Written:
    """How many writes were committed, in how many seconds."""

    writes: int
    seconds: float


def participants_of(
    technique: Technique, place: Place, room: int, who: list[Person]
) -> list[Participant]:
    """Participants that write as clients of this technique do."""
    kind = SocketParticipant if technique == "websocket" else RowsParticipant
    return [kind(place, room, person) for person in who]


async def write(participants: list[Participant], peers: list[str], plan: Plan) -> Written:
    """Repeat the pattern for the plan's duration, in whole visits, so that all participants have left at the end.

    Writes are due at fixed times, however long earlier writes took: a slow relay does not get fewer writes.
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    pause = len(participants) / plan.rate
    done = count()

    async def visit(number: int, participant: Participant) -> None:
        due = began + pause * number / len(participants)
        targets = peers[number % len(peers) :] + peers[: number % len(peers)]
        visits = max(1, round(plan.duration / (pause * len(VISIT))))
        for turn in range(visits):
            peer = targets[turn * len(participants) % len(targets)]
            for act in VISIT:
                await asyncio.sleep(max(0.0, due - loop.time()))
                await participant.act(act, peer)
                next(done)
                due += pause

    async with asyncio.timeout(plan.duration + 4 * pause + OVERDUE):
        await asyncio.gather(*(visit(n, participant) for n, participant in enumerate(participants)))
    return Written(next(done), loop.time() - began)
