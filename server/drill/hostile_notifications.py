"""Hostile notifications: each login can NOTIFY any payload on any channel."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from psycopg.types.json import Jsonb

from ..postgres.notifications import CHANNEL, LOGGED_EVERY
from ..postgres.roles import RELAY_ROLE
from ..tools.processes import node
from ..tools.waiting import until
from .drill import Drill
from .environment import DrillEnvironment, Psql

ROUNDS: Final = 100  # of all malformed payloads
FALSE: Final = 10_000  # notifications of one existing room, each in a transaction of its own
INVENTED: Final = 20_000  # rooms and invitations that do not exist
ANSWERS_WITHIN: Final = 9.0  # seconds; a node without notifications reads the database after ten
FRUITLESS: Final = 200  # reads of the log that false notifications may cause at once
FRUITLESS_PER_S: Final = 60.0  # and per second

FIXED: Final = (
    "", "{", "null", "[]", "0", '"room"', "{}", '{"room":1}', "NaN", '{"room":-1,"seq":1,"hallway":1}',
    '{"room":1e999,"seq":1,"hallway":1}', '{"room":NaN,"seq":1,"hallway":1}', '{"room":true,"seq":1,"hallway":1}',
    '{"room":"1","seq":1,"hallway":1}', '{"room":1.5,"seq":1,"hallway":1}', '{"room":1,"seq":1,"hallway":1,"x":1}',
    '{"room":1000000000000000000000000000000,"seq":1,"hallway":1}', '{"room":9223372036854775808,"seq":1,"hallway":1}',
    '{"room":1,"seq":1e300,"hallway":1}', '{"room":1,"seq":null,"hallway":1}', '{"room":[],"seq":1,"hallway":1}',
    '{"room":{},"seq":1,"hallway":1}', '{"room":1,"room":[],"seq":1,"hallway":1}',
    '{"invitation":1e999}', '{"invitation":99999999999999999999999}', '{"invitation":{}}', '{"invitation":null}',
    '{"signed_out":[]}', '{"disabled":0}', '{"signed_out":"\\u0000"}', '{"recording":1e400}', '{"recording":"x"}', '{"club":0}', '{"club":null}', '{"node":[]}', '{"node":{}}',
    "[" * 7900, '{"a":' * 1500,
)  # fmt: skip
"""Payloads that the triggers never send; `random_text` adds others."""


def random_text(chance: random.Random, size: int = 7999) -> str:
    """Text of `size` bytes in UTF-8."""
    letters = "".join(chance.choices("\x01\x1f\"'\\{}[]:,0aé中😀\ufeff\u202e", k=size))
    return letters.encode()[:size].decode(errors="ignore").ljust(size // 4, "x")


def malformed() -> Iterator[str]:
    chance = random.Random(9)
    for _ in range(ROUNDS):
        yield from FIXED
        yield random_text(chance)


async def notify(psql: Psql, payloads: list[str]) -> None:
    """All of them in one transaction; PostgreSQL sends equal payloads once."""
    await psql.execute(
        "select pg_notify(%s, payload) from unnest(%s::text[]) payload", (CHANNEL, payloads)
    )


async def flood(psql: Psql, payload: str, times: int) -> float:
    """Notify this payload `times` times, each in its own transaction; the seconds it took."""
    began = time.monotonic()
    await psql.execute("select set_config('drill.payload', %s, false)", (payload,))
    await psql.execute(
        "do $$ begin for turn in 1.." + str(int(times)) + " loop"
        " perform pg_notify('roomtone', current_setting('drill.payload')); commit;"
        " end loop; end $$"
    )
    return time.monotonic() - began


class Caller:
    """A participant in a room of the node; an answer to its offer shows that the node receives notifications."""

    def __init__(self, environment: DrillEnvironment, psql: Psql, room: int) -> None:
        self._environment = environment
        self._psql = psql
        self._room = room
        self._node = ""
        self._peer = ""

    async def join(self) -> bool:
        """Join a room of the node."""
        if not await until(self._node_is_running):
            return False
        made = await self._psql.execute(
            "insert into participants (room_id, user_id) select %s, id from sign_in('caller') returning peer_id::text",
            (self._room,),
        )
        row = await made.fetchone()
        self._peer = row[0] if row else ""
        await self._psql.execute("update rooms set topology = 'sfu' where id = %s", (self._room,))
        return bool(self._peer) and await until(self._node_has_joined)

    async def _node_is_running(self) -> bool:
        return (await self._psql.execute("select from nodes where kind = 'sfu'")).rowcount > 0

    async def _node_has_joined(self) -> bool:
        found = await self._psql.execute(
            "select peer_id::text from participants where room_id = %s and kind = 'sfu' and peer_id is not null",
            (self._room,),
        )
        row = await found.fetchone()
        self._node = row[0] if row else ""
        return bool(row)

    async def is_answered(self) -> float | None:
        """Send an offer that the node has to refuse; the seconds until it did, None if it did not."""
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


async def send_hostile_notifications(environment: DrillEnvironment) -> None:
    began = time.monotonic()
    await environment.disconnect_some()
    node_log = environment.server.folder / f"{environment.database}-node.log"
    database_url = environment.server.url(environment.database, user=RELAY_ROLE)
    async with (
        await environment.psql() as psql,
        await environment.psql() as stranger,
        node("sfu", database_url, node_log),
    ):
        room = await environment.new_room(psql)
        environment.rooms.remove(room)  # no other user writes there
        caller = Caller(environment, psql, room)
        environment.expect(await caller.join(), "no node joined its room")
        await _answered(environment, caller, "before")
        sent = list(malformed())
        for begun in range(0, len(sent), len(FIXED)):
            await notify(stranger, sent[begun : begun + len(FIXED)])
            await environment.traffic(0.02)
        environment.figures["malformed payloads"] = len(sent)
        await _answered(environment, caller, "malformed payloads")
        await _false(environment, stranger)
        await _answered(environment, caller, "false ones")
        # True notifications are still obeyed after false ones.
        await psql.execute(
            "update rooms set name = name || ' on' where id = any (%s)", (environment.rooms,)
        )
        await environment.traffic(0.5)
        await psql.execute(
            "delete from participants where room_id = %s and kind = 'person'", (room,)
        )
        minutes = math.ceil((time.monotonic() - began) / LOGGED_EVERY)
        await _is_counted_and_logged_each_minute(environment, _text_of(node_log), minutes)


async def _answered(environment: DrillEnvironment, caller: Caller, after: str) -> None:
    seconds = await caller.is_answered()
    environment.expect(
        seconds is not None, f"the media node did not receive a notification: {after}"
    )
    if seconds is not None:
        name = "node answered, longest, ms"
        environment.figures[name] = max(environment.figures.get(name, 0), round(seconds * 1000))


async def _false(environment: DrillEnvironment, stranger: Psql) -> None:
    """Well-formed and false: only the database can tell, so the number of reads has to be bounded."""
    relays = environment.relays
    events = [await relay.metric("roomtone_events_total") for relay in relays]
    reads = [await relay.metric("roomtone_log_reads_total") for relay in relays]
    began = time.monotonic()
    far = '{"room":%d,"seq":99999999999,"hallway":99999999999}'
    seconds = await flood(stranger, far % environment.rooms[0], FALSE)
    environment.figures["false notifications a second"] = round(FALSE / seconds)
    for room in environment.rooms:
        await notify(stranger, [far % room])
    await notify(stranger, [far % (10**12 + n) for n in range(INVENTED)])
    await notify(stranger, [f'{{"invitation":{10**12 + n}}}' for n in range(INVENTED)])
    found = await stranger.execute("select id from nodes where kind = 'sfu'")
    for (name,) in await found.fetchall():
        await flood(stranger, f'{{"node":"{name}"}}', FALSE // 10)
    await flood(stranger, '{"recording":1}', FALSE // 10)
    await flood(stranger, f'{{"signed_out":"{"0" * 32}"}}', FALSE // 10)
    await environment.traffic(0.5)
    seconds = time.monotonic() - began
    for relay, event, read in zip(relays, events, reads, strict=True):
        true = await relay.metric("roomtone_events_total") - event
        made = await relay.metric("roomtone_log_reads_total") - read
        most = true + FRUITLESS + FRUITLESS_PER_S * seconds
        environment.figures["reads of the log a second"] = round(made / seconds)
        environment.expect(
            made <= most, f"{made:g} reads of the log for {true:g} events in {seconds:.1f} s"
        )


def _text_of(file: Path) -> str:
    return file.read_text(errors="replace")


async def _is_counted_and_logged_each_minute(
    environment: DrillEnvironment, words: str, minutes: int
) -> None:
    most = minutes + 1
    for relay in environment.relays:
        ignored = await relay.metric("roomtone_notifications_malformed_total")
        environment.expect(ignored > 1000, f"only {ignored:g} malformed notifications were counted")
        logged = relay.log_text().count("notifications on channel")
        environment.expect(logged <= most, f"a relay logged {logged} times malformed notifications")
    logged = words.count("notifications on channel")
    environment.expect(logged <= most, f"the node logged {logged} times malformed notifications")
    environment.expect("Traceback" not in words, f"the node logged an error: {words[-500:]}")


HOSTILE_NOTIFY = Drill(
    "hostile-notify",
    "A login that may do nothing else sends thousands of malformed notifications to two relays and a media node under load, and then tens of thousands "
    "that are well-formed and false. Nothing is missed, each process keeps receiving notifications without using the whole processor, and logs the fault once.",
    send_hostile_notifications,
    relays=2,
)
