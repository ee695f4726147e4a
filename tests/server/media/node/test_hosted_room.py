"""A node and the rows it gets: whatever they say and in whatever order, the participants go on hearing each other."""

from __future__ import annotations

import asyncio
from typing import Any, LiteralString

from psycopg.types.json import Jsonb
from roomtone.media.node.node import serve

from ....conftest import Connect
from ....patience import PATIENCE, comes_true
from ....people import Psql, refused
from ..test_routes import move
from .people import Person

OFFER: LiteralString = (
    "insert into signals (room_id, from_peer, to_peer, kind, body) values (%s, %s, %s, 'offer', %s)"
)
HEARD: LiteralString = "select kind, body from signals where to_peer = %s order by id desc limit 1"


async def test_every_offer_is_answered_or_refused_and_a_full_node_says_so(
    database_url: str, psql: Psql, connect: Connect, room: int
) -> None:
    people = [Person(number, 220.0 * number) for number in (1, 2, 3)]
    serving = asyncio.create_task(serve(database_url, "sfu", capacity=1))
    try:
        await comes_true(lambda: psql.one("select count(*) from living_nodes()"), within=PATIENCE)
        move(psql, room, "sfu")
        peers = [psql.seat(room, name) for name in ("ann", "bob", "cy")]
        node = psql.one("select peer_id::text from roster where kind = 'sfu'")
        psql.run("update participants set muted = false where room_id = %s", room)
        offers = [Jsonb({"type": "offer", "sdp": await each.offer(2)}) for each in people]

        # Of two people's offers the one that was written first is committed second.
        slow = Psql(connect())
        with slow.connection.transaction():
            slow.run(OFFER, room, peers[0], node, offers[0])
            psql.run(OFFER, room, peers[1], node, offers[1])
            await answered(psql, people[1], peers[1])
        await answered(psql, people[0], peers[0])
        numbers = "select from_peer::text from signals where kind = 'offer' order by id"
        assert [peer for (peer,) in psql.all(numbers)] == peers[:2]

        # From a session that is over, and 60 kB of nothing; the same person's next one is as good as any.
        with refused("signals_sender_is_seated"):
            psql.run(OFFER, room, "00000000-0000-4000-8000-000000000000", node, offers[2])
        with refused("signals_body_is_limited"):
            psql.run(OFFER, room, peers[2], node, Jsonb({"type": "offer", "sdp": "x" * 200_000}))
        psql.run(OFFER, room, peers[2], node, Jsonb({"type": "offer", "sdp": "x" * 60_000}))
        await comes_true(lambda: psql.all(HEARD, peers[2]), within=PATIENCE)
        [(kind, body)] = psql.all(HEARD, peers[2])
        assert kind == "bye"
        assert "a room has audio" in body["reason"]
        psql.run(OFFER, room, peers[2], node, offers[2])
        await answered(psql, people[2], peers[2])

        # It has no place for another room, and this one notices nothing.
        other = psql.room("rick")
        with refused("rooms_topology_has_a_node"):
            move(psql, other, "sfu")
        voices = [f"user-{psql.person_id(name)}" for name in ("ann", "bob", "cy")]
        for person in people[:2]:
            sung = [each for each in range(2) if people[each] is not person]
            await person.waits_to_hear(voices[sung[0]], 220.0 * (sung[0] + 1))
        assert psql.one("select topology from rooms where id = %s", other) == "mesh"
    finally:
        serving.cancel()
        await asyncio.gather(serving, *(each.leave() for each in people), return_exceptions=True)


async def answered(psql: Psql, person: Person, peer: str) -> None:
    """Wait for the node's answer, and take it."""

    def found() -> list[Any]:
        return [body for kind, body in psql.all(HEARD, peer) if kind == "answer"]

    await comes_true(found, within=PATIENCE)
    await person.answer(found()[0]["sdp"])
