"""People in a process of their own, so that what a node costs is measured alone: `python -m roomtone.lab.topology.crowd`.

It reads commands as lines of JSON from its standard input, and answers each with a line on its standard output; when the input ends, it exits.
The people are peers like any bot: a seat, a log followed over HTTP, connections by aiortc; in a room of Janus the same by its API.
Only decoding waits until nothing is measured.
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
from ...media.edge.janus import Janus, janus_session
from ...media.rtp import RtpPacket
from ...media.signaling.client import SignalingClient
from ...media.signaling.http_client import http_signaling_client
from ...supervision import begin as watch
from ...supervision import stop
from ...tools.waiting import sleep_while_running
from ...tools.worker import execute_commands
from .call import Call, connections, room_call, wire
from .janus_call import PATIENCE, janus_call, number_of
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
    call: Call | None = None
    trouble: str | None = None
    headers_of: object = None  # the connection of which only headers are read

    def receive(self, number: int, packet: RtpPacket) -> None:
        """A packet of this node, or this other person."""
        self.ears.hear(number, packet)
        mix = self.call.mix if self.light and self.call is not None else None
        if mix is not None and self.headers_of is not mix:
            self.headers_of = mix
            read_headers(mix, partial(self.ears.hear, number))

    @property
    def role(self) -> str:
        return "listener" if self.voice is None else "speaker"


class Crowd:
    """Those of one room at a time; clients of the relay are kept from room to room."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._clients: dict[str, SignalingClient] = {}
        self._januses: dict[str, Janus] = {}
        self._reaching = asyncio.Lock()
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
        self, place: dict[str, Any], people: list[dict[str, Any]], patience: float
    ) -> dict[str, Any]:
        """These come in, too; answers when all hear whom they should, or time is up.

        `place` is `{"room": number}`; of a Janus also its `url`, `secret` and `plugin`.
        """
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
            watch(self._stay(place, each, number / COME_PER_S), each.name)
            for number, each in enumerate(comers)
        ]
        while self._awaited() and time.monotonic() - began < patience:  # noqa: ASYNC110
            await asyncio.sleep(TICK)
        troubles = sorted({each.trouble for each in self._people if each.trouble})
        return {
            "seconds": time.monotonic() - began,
            "deaf": len(self._deaf()),
            "connected": sum(connections(each.call) for each in self._people),
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
        spoken = self._spoken()
        before = [await wire(each.call) for each in sampled]
        cpu, at = time.process_time(), time.monotonic()
        await sleep_while_running(duration)
        seconds = time.monotonic() - at
        cpu = time.process_time() - cpu
        after = [await wire(each.call) for each in sampled]
        for each in self._people:
            each.ears.end()
        await stop(ticking)
        said = self._spoken() - spoken
        return {
            "seconds": seconds,
            "cpu": cpu,
            "late": late,
            "spoken": said,
            "said": [asdict(mark) for each in self._people for mark in each.said],
            "links": [
                {
                    "role": each.role,
                    "connections": connections(each.call),
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

    async def newcomer(self, place: dict[str, Any], name: str, patience: float) -> dict[str, Any]:
        """A newcomer joins to listen; the seconds until its first packet of a voice, or null."""
        person = Person(name, None, 1, Ears(keeps=False), [])
        began = time.monotonic()
        task = watch(self._stay(place, person), name)
        while (  # noqa: ASYNC110
            not person.ears.first_at and not person.trouble and time.monotonic() - began < patience
        ):
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

    async def _janus(self, place: dict[str, Any]) -> Janus:
        """A session with the Janus of this place: one for all people here, and kept, as the clients of the relay are."""
        async with self._reaching:
            url = place["url"]
            if url not in self._januses or self._januses[url].lost.is_set():
                session = janus_session(url, place["secret"], PATIENCE)
                self._januses[url] = await self._stack.enter_async_context(session)
            return self._januses[url]

    async def _stay(self, place: dict[str, Any], person: Person, after: float = 0.0) -> None:
        await asyncio.sleep(after)
        sound = None if person.voice is None else marked(person.voice, person.said)
        room: int = place["room"]
        try:
            async with (
                janus_call(await self._janus(place), place["plugin"], room, number_of(person.voice), sound, person.receive)
                if "url" in place
                else room_call(self._clients[person.name], room, sound, person.receive)
            ) as person.call:  # fmt: skip
                await self._leaving.wait()
        except Exception as error:  # noqa: BLE001 - reported with the figures
            person.trouble = f"{type(error).__name__}: {error}"
            log.info("%s: %s", person.name, person.trouble)

    def _spoken(self) -> int:
        return sum(each.call.spoken for each in self._people if each.call is not None)

    def _deaf(self) -> list[Person]:
        return [each for each in self._people if len(each.ears.known) < each.hears]

    def _awaited(self) -> bool:
        """Whether any of them may still hear more: who is in trouble has left."""
        return any(not each.trouble for each in self._deaf())

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


async def _ticks(late: list[float]) -> None:
    """How late a tick of 20 ms is on this process's loop: what the people have too much to do."""
    while True:
        due = time.monotonic() + TICK
        await asyncio.sleep(TICK)
        late.append(time.monotonic() - due)


if __name__ == "__main__":
    execute_commands(Crowd)
