"""People in a process of their own, so that what a node costs is measured alone: `python -m roomtone.lab.topology.crowd`.

It reads commands as lines of JSON from its standard input, and answers each with a line on its standard output; when the input ends, it exits.
The people are peers like any bot: a seat, a log followed over HTTP, connections by aiortc. Only decoding waits until nothing is measured.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Final

from ...media.aiortc_internals.connections import read_headers
from ...media.room_session import RoomSession, room_session
from ...media.rtp import RtpPacket
from ...media.signaling.client import SignalingClient
from ...media.signaling.events import Seat
from ...media.signaling.http_client import http_signaling_client
from ...supervision import begin as watch
from ...supervision import stop
from ...tools.waiting import sleep_while_running
from ...tools.worker import execute_commands
from ...types import RoomId
from .marks import Mark, marked
from .plain_aiortc import plain
from .received_audio import Ears

SAMPLED: Final = 4  # people of a role whose bytes are read; all of them send and get the same
WATCHED: Final = 6  # voices that are looked for in what one person heard
TICK: Final = 0.02  # seconds
COME_PER_S: Final = 20.0  # people who join in a second, of each process

log = logging.getLogger(__name__)


@dataclass
class Person:
    """`voice` is the number of their marks, None for those who only listen; `hears` how many streams they are to hear.

    `light`: after the first packet they read only headers, and decrypt nothing, so that hundreds fit on one machine.
    """

    name: str
    voice: int | None
    hears: int
    ears: Ears
    said: list[Mark]
    light: bool = False
    session: RoomSession | None = None
    trouble: str | None = None
    headers_of: object = None  # the connection of which only headers are read

    def receive(self, seat: Seat, packet: RtpPacket) -> None:
        """A packet of this node, or this other person."""
        self.ears.hear(int(seat.user), packet)
        node = self.session.routes.node if self.light and self.session is not None else None
        if (
            node is not None
            and node.connection.connected
            and self.headers_of is not node.connection
        ):
            self.headers_of = node.connection
            read_headers(node.connection.pc, partial(self.ears.hear, int(seat.user)))

    @property
    def role(self) -> str:
        return "listener" if self.voice is None else "speaker"


class Crowd:
    """Those of one room at a time; clients of the relay are kept from room to room."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._clients: dict[str, SignalingClient] = {}
        self._people: list[Person] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._leaving = asyncio.Event()
        self._listened: list[Person] = []

    async def sign_in(self, url: str, names: list[str]) -> dict[str, Any]:
        """Who they are: `{name: user id}`."""
        for name in names:
            if name not in self._clients:
                client = await self._stack.enter_async_context(
                    http_signaling_client(url, name, kind="person")
                )
                self._clients[name] = client
        return {name: self._clients[name].user.id for name in names}

    async def enter(
        self, room: int, people: list[dict[str, Any]], patience: float
    ) -> dict[str, Any]:
        """These come in, too; answers when all hear whom they should, or time is up."""
        comers = [
            Person(
                each["name"],
                each["voice"],
                each["hears"],
                Ears(keeps=each["decoded"]),
                [],
                light=each["light"],
            )
            for each in people
        ]
        began = time.monotonic()
        self._people += comers
        self._tasks += [
            watch(self._stay(room, each, number / COME_PER_S), each.name)
            for number, each in enumerate(comers)
        ]
        deaf = self._deaf()
        while deaf and time.monotonic() - began < patience:
            await asyncio.sleep(TICK)
            deaf = self._deaf()
        troubles = sorted({each.trouble for each in self._people if each.trouble})
        return {
            "seconds": time.monotonic() - began,
            "deaf": len(deaf),
            "connected": sum(connections(each.session) for each in self._people),
            "troubles": troubles[:3],
        }

    async def measure(self, begin: float, duration: float) -> dict[str, Any]:
        """Count from a moment (time.monotonic()) on."""
        await asyncio.sleep(max(0.0, begin - time.monotonic()))
        late: list[float] = []
        ticking = watch(_ticks(late), "ticks")
        sampled = self._sampled()
        for each in self._people:
            each.ears.begin()
            each.said.clear()
        spoken = [each.session.sent_audio.encoded_blocks if each.session and each.session.sent_audio else 0 for each in self._people]  # fmt: skip
        before = [await wire(each.session) for each in sampled]
        cpu, at = time.process_time(), time.monotonic()
        await sleep_while_running(duration)
        seconds = time.monotonic() - at
        cpu = time.process_time() - cpu
        after = [await wire(each.session) for each in sampled]
        for each in self._people:
            each.ears.end()
        await stop(ticking)
        said = sum(each.session.sent_audio.encoded_blocks if each.session and each.session.sent_audio else 0 for each in self._people) - sum(spoken)  # fmt: skip
        return {
            "seconds": seconds,
            "cpu": cpu,
            "late": late,
            "spoken": said,
            "said": [asdict(mark) for each in self._people for mark in each.said],
            "links": [
                {
                    "role": each.role,
                    "connections": connections(each.session),
                    "up": (b[0] - a[0]) / seconds,
                    "down": (b[1] - a[1]) / seconds,
                }
                for each, a, b in zip(sampled, before, after, strict=True)
            ],
            "streams": sum(len(each.ears.streams) for each in self._people),
            "missing": sum(max(0, each.hears - len(each.ears.streams)) for each in self._people),
            "received": sum(
                s.received for each in self._people for s in each.ears.streams.values()
            ),
            "lost": sum(s.lost for each in self._people for s in each.ears.streams.values()),
        }

    async def newcomer(self, room: int, name: str, patience: float) -> dict[str, Any]:
        """A newcomer joins to listen; the seconds until its first packet of a voice, or null."""
        person = Person(name, None, 1, Ears(keeps=False), [])
        began = time.monotonic()
        task = watch(self._stay(room, person), name)
        while person.ears.first_at is None and time.monotonic() - began < patience:  # noqa: ASYNC110
            await asyncio.sleep(0.002)
        at = person.ears.first_at
        await stop(task)
        return {"seconds": None if at is None else at - began}

    async def heard(self, users: dict[str, int], said: list[dict[str, Any]]) -> dict[str, Any]:
        """After all have left: what each person whose audio was kept heard of the marks that were said; `users` are voices by user id."""
        marks = [Mark(**mark) for mark in said]
        return {"ears": await asyncio.to_thread(self._heard, users, marks)}

    async def plain(self, **arguments: Any) -> dict[str, Any]:
        """A floor: a few people on plain aiortc; see `plain_aiortc.py`."""
        return await plain(**arguments)

    async def leave(self) -> dict[str, Any]:
        """All people leave."""
        self._leaving.set()
        _, late = await asyncio.wait(self._tasks, timeout=20) if self._tasks else ((), ())
        for task in late:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._listened = [each for each in self._people if each.ears.keeps]
        self._people, self._tasks = [], []
        self._leaving = asyncio.Event()
        return {}

    async def close(self) -> None:
        await self.leave()
        await self._stack.aclose()

    async def _stay(self, room: int, person: Person, after: float = 0.0) -> None:
        await asyncio.sleep(after)
        try:
            async with room_session(
                self._clients[person.name],
                RoomId(room),
                sound=None if person.voice is None else marked(person.voice, person.said),
                role="AUDIENCE" if person.voice is None else None,
                on_packet=person.receive,
            ) as person.session:
                await self._leaving.wait()
        except Exception as error:  # noqa: BLE001 - reported with the figures
            person.trouble = f"{type(error).__name__}: {error}"
            log.info("%s: %s", person.name, person.trouble)

    def _deaf(self) -> list[Person]:
        return [each for each in self._people if len(each.ears.known) < each.hears]

    def _sampled(self) -> list[Person]:
        by_role: dict[str, list[Person]] = {}
        for each in self._people:
            if not each.light:
                by_role.setdefault(each.role, []).append(each)
        return [each for role in by_role.values() for each in role[:SAMPLED]]

    def _heard(self, users: dict[str, int], said: list[Mark]) -> list[dict[str, Any]]:
        heard = []
        for each in self._listened:
            others = {int(user): voice for user, voice in users.items() if voice != each.voice}
            watched = sorted(others.values())[:WATCHED]
            marks = each.ears.marks(others, watched)
            understood = each.ears.understood(others, said)
            heard.append(
                {
                    "voices": watched,
                    "marks": [asdict(mark) for mark in marks],
                    "understood": understood,
                }
            )
        return heard


def connections(session: RoomSession | None) -> int:
    """The number of a person's open connections."""
    if session is None:
        return 0
    node = session.routes.node
    mesh = sum(each.connected for each in session.mesh.connections().values())
    return mesh + (1 if node is not None and node.connection.connected else 0)


HEADERS: Final = 28  # bytes of IPv4 and UDP before each packet (RFC 791, RFC 768)


async def wire(session: RoomSession | None) -> tuple[int, int]:
    """Bits sent and received over all connections, IP and UDP headers included; ICE's own checks are not."""
    up = down = 0
    if session is not None:
        pcs = [each.pc for each in session.mesh.connections().values()]
        if session.routes.node is not None:
            pcs.append(session.routes.node.connection.pc)
        for pc in pcs:
            for report in (await pc.getStats()).values():
                if report.type == "transport":
                    up += 8 * (report.bytesSent + HEADERS * report.packetsSent)
                    down += 8 * (report.bytesReceived + HEADERS * report.packetsReceived)
    return up, down


async def _ticks(late: list[float]) -> None:
    """How late a tick of 20 ms is on this process's loop: what the people have too much to do."""
    while True:
        due = time.monotonic() + TICK
        await asyncio.sleep(TICK)
        late.append(time.monotonic() - due)


if __name__ == "__main__":
    execute_commands(Crowd)
