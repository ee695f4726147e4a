"""What anybody who can log in can do to those who listen: NOTIFY, with whatever payload."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from psycopg.types.json import Jsonb

from ..postgres.notifications import CHANNEL
from ..postgres.roles import RELAY_ROLE
from .drill import Drill
from .environment import Psql, Scene
from .waiting import until

ROUNDS: Final = 100  # of all malformed payloads
FALSE: Final = 10_000  # notifications of one existing room, each in a transaction of its own
INVENTED: Final = 20_000  # rooms and invitations that never were
ANSWERS_WITHIN: Final = 5.0  # seconds; a node that is deaf looks by itself after ten
FRUITLESS: Final = 200  # reads of the log that false notifications may cause at once, and …
FRUITLESS_PER_S: Final = 60.0  # … so many a second

FIXED: Final = (
    "", "{", "null", "[]", "0", '"room"', "{}", '{"room":1}', "NaN", '{"room":-1,"seq":1,"hallway":1}',
    '{"room":1e999,"seq":1,"hallway":1}', '{"room":NaN,"seq":1,"hallway":1}', '{"room":true,"seq":1,"hallway":1}',
    '{"room":"1","seq":1,"hallway":1}', '{"room":1.5,"seq":1,"hallway":1}', '{"room":1,"seq":1,"hallway":1,"x":1}',
    '{"room":1000000000000000000000000000000,"seq":1,"hallway":1}', '{"room":9223372036854775808,"seq":1,"hallway":1}',
    '{"room":1,"seq":1e300,"hallway":1}', '{"room":1,"seq":null,"hallway":1}', '{"room":[],"seq":1,"hallway":1}',
    '{"room":{},"seq":1,"hallway":1}', '{"room":1,"room":[],"seq":1,"hallway":1}',
    '{"invitation":1e999}', '{"invitation":99999999999999999999999}', '{"invitation":{}}', '{"invitation":null}',
    '{"signed_out":[]}', '{"signed_out":"\\u0000"}', '{"recording":1e400}', '{"recording":"x"}', '{"node":[]}', '{"node":{}}',
    "[" * 7900, '{"a":' * 1500,
)  # fmt: skip
"""Payloads that the triggers never write; `random_text` adds others."""


def random_text(chance: random.Random, size: int = 7999) -> str:
    """So many bytes of UTF-8."""
    letters = "".join(chance.choices("\x01\x1f\"'\\{}[]:,0aé中😀\ufeff\u202e", k=size))
    return letters.encode()[:size].decode(errors="ignore").ljust(size // 4, "x")


def malformed() -> Iterator[str]:
    chance = random.Random(9)
    for _ in range(ROUNDS):
        yield from FIXED
        yield random_text(chance)


async def notify(psql: Psql, payloads: list[str]) -> None:
    """All of them in one transaction; PostgreSQL folds those that are alike."""
    await psql.execute(
        "select pg_notify(%s, payload) from unnest(%s::text[]) payload", (CHANNEL, payloads)
    )


async def flood(psql: Psql, payload: str, times: int) -> float:
    """This payload so many times, each in a transaction of its own; the seconds it took."""
    began = time.monotonic()
    await psql.execute("select set_config('drill.payload', %s, false)", (payload,))
    await psql.execute(
        "do $$ begin for turn in 1.." + str(int(times)) + " loop"
        " perform pg_notify('roomtone', current_setting('drill.payload')); commit;"
        " end loop; end $$"
    )
    return time.monotonic() - began


@asynccontextmanager
async def media_node(scene: Scene) -> AsyncIterator[Path]:
    """A media node on the scene's database, as people run it; the file with what it says."""
    said = scene.stage.folder / f"{scene.database}-node.log"
    with said.open("wb") as words:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "roomtone", "node", "sfu", "--database-url"),
            scene.stage.url(scene.database, user=RELAY_ROLE),
            stdin=asyncio.subprocess.DEVNULL, stdout=words, stderr=words, start_new_session=True,
        )  # fmt: skip
    try:
        yield said
    finally:
        process.terminate()
        try:
            async with asyncio.timeout(5):
                await process.wait()
        except TimeoutError:
            process.kill()


class Caller:
    """Somebody in a room of the node's, who offers and is answered: the node hears its room."""

    def __init__(self, scene: Scene, psql: Psql, room: int) -> None:
        self._scene = scene
        self._psql = psql
        self._room = room
        self._node = ""
        self._peer = ""

    async def sit(self) -> bool:
        """Take a seat in a room of the node's."""
        if not await until(self._node_lives, 15.0):
            return False
        made = await self._psql.execute(
            "insert into participants (room_id, user_id) select %s, id from sign_in('caller') returning peer_id::text",
            (self._room,),
        )
        row = await made.fetchone()
        self._peer = row[0] if row else ""
        await self._psql.execute("update rooms set topology = 'sfu' where id = %s", (self._room,))
        return bool(self._peer) and await until(self._node_sits, 15.0)

    async def _node_lives(self) -> bool:
        return (await self._psql.execute("select from nodes where kind = 'sfu'")).rowcount > 0

    async def _node_sits(self) -> bool:
        found = await self._psql.execute(
            "select peer_id::text from participants where room_id = %s and kind = 'sfu' and peer_id is not null",
            (self._room,),
        )
        row = await found.fetchone()
        self._node = row[0] if row else ""
        return bool(row)

    async def is_answered(self) -> float | None:
        """An offer that the node has to refuse; the seconds until it did, None if it never does."""
        began = time.monotonic()
        made = await self._psql.execute(
            "insert into signals (room_id, from_peer, to_peer, kind, body) values (%s, %s, %s, 'offer', %s) returning id",
            (self._room, self._peer, self._node, Jsonb({"type": "offer", "sdp": "v=0\r\n"})),
        )
        row = await made.fetchone()
        assert row is not None

        async def answered() -> bool:
            found = await self._psql.execute(
                "select from signals where room_id = %s and to_peer = %s and id > %s",
                (self._room, self._peer, *row),
            )
            return found.rowcount > 0

        return time.monotonic() - began if await until(answered, ANSWERS_WITHIN) else None


async def notify_with_malice(scene: Scene) -> None:
    await scene.ghosts()
    async with (
        await scene.psql() as psql,
        await scene.psql() as stranger,
        media_node(scene) as said,
    ):
        room = await scene.new_room(psql)
        scene.rooms.remove(room)  # nobody else writes there
        caller = Caller(scene, psql, room)
        scene.expect(await caller.sit(), "no node came to its room")
        await _answered(scene, caller, "before")
        sent = list(malformed())
        for begun in range(0, len(sent), len(FIXED)):
            await notify(stranger, sent[begun : begun + len(FIXED)])
            await scene.traffic(0.02)
        scene.figures["malformed payloads"] = len(sent)
        await _answered(scene, caller, "malformed payloads")
        await _false(scene, stranger)
        await _answered(scene, caller, "false ones")
        # What is true is still believed, whatever was said of it before.
        await psql.execute(
            "update rooms set name = name || ' on' where id = any (%s)", (scene.rooms,)
        )
        await scene.traffic(0.5)
        await psql.execute(
            "delete from participants where room_id = %s and kind = 'person'", (room,)
        )
        await _is_counted_and_told_once(scene, _text_of(said))


async def _answered(scene: Scene, caller: Caller, after: str) -> None:
    seconds = await caller.is_answered()
    scene.expect(seconds is not None, f"the media node was deaf: {after}")
    if seconds is not None:
        name = "node answered, longest, ms"
        scene.figures[name] = max(scene.figures.get(name, 0), round(seconds * 1000))


async def _false(scene: Scene, stranger: Psql) -> None:
    """Well-formed and not true: only the database can tell, so asking it has to be bounded."""
    relays = scene.relays
    events = [await relay.metric("roomtone_events_total") for relay in relays]
    reads = [await relay.metric("roomtone_log_reads_total") for relay in relays]
    began = time.monotonic()
    far = '{"room":%d,"seq":99999999999,"hallway":99999999999}'
    seconds = await flood(stranger, far % scene.rooms[0], FALSE)
    scene.figures["false notifications a second"] = round(FALSE / seconds)
    for room in scene.rooms:
        await notify(stranger, [far % room])
    await notify(stranger, [far % (10**12 + n) for n in range(INVENTED)])
    await notify(stranger, [f'{{"invitation":{10**12 + n}}}' for n in range(INVENTED)])
    found = await stranger.execute("select id from nodes where kind = 'sfu'")
    for (node,) in await found.fetchall():
        await flood(stranger, f'{{"node":"{node}"}}', FALSE // 10)
    await flood(stranger, '{"recording":1}', FALSE // 10)
    await flood(stranger, f'{{"signed_out":"{"0" * 32}"}}', FALSE // 10)
    await scene.traffic(0.5)
    seconds = time.monotonic() - began
    for relay, event, read in zip(relays, events, reads, strict=True):
        true = await relay.metric("roomtone_events_total") - event
        made = await relay.metric("roomtone_log_reads_total") - read
        most = true + FRUITLESS + FRUITLESS_PER_S * seconds
        scene.figures["reads of the log a second"] = round(made / seconds)
        scene.expect(
            made <= most, f"{made:g} reads of the log for {true:g} events in {seconds:.1f} s"
        )


def _text_of(said: Path) -> str:
    return said.read_text(errors="replace")


async def _is_counted_and_told_once(scene: Scene, words: str) -> None:
    for relay in scene.relays:
        ignored = await relay.metric("roomtone_notifications_malformed_total")
        scene.expect(ignored > 1000, f"only {ignored:g} malformed notifications were counted")
        told = relay.said().count("notifications on channel")
        scene.expect(told <= 2, f"a relay told {told} times of malformed notifications")
    told = words.count("notifications on channel")
    scene.expect(told <= 2, f"the node told {told} times of malformed notifications")
    scene.expect("Traceback" not in words, f"the node logged a mistake: {words[-500:]}")


HOSTILE_NOTIFY = Drill(
    "hostile-notify",
    "A login that may do nothing else sends thousands of malformed notifications to two relays and a media node under load, and then tens of thousands "
    "that are well-formed and false. Nothing is missed, nobody turns deaf or spins, and the log tells of it once.",
    notify_with_malice,
    relays=2,
)
