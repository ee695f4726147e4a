"""Drills about the size of payloads."""

from __future__ import annotations

import hashlib
import random
from typing import Any, Final

from psycopg.types.json import Jsonb

from ..tools.http import ask
from ..tools.waiting import until
from ..types import UserId
from .drill import Drill
from .environment import DrillEnvironment
from .follower import Follower

BYTES: Final = 20_000
PAIRS: Final = 16


def description(kind: str, number: int) -> dict[str, str]:
    """An SDP of 20 kB with random content."""
    chance = random.Random(number)
    lines = ["v=0", f"s=drill {number}"]
    while sum(map(len, lines)) < BYTES:
        lines.append(f"a=candidate:{chance.randbytes(40).hex()}")
    return {"type": kind, "sdp": "\r\n".join(lines)}


async def send_large(environment: DrillEnvironment) -> None:
    """Offers over HTTP and answers in psql; each has to arrive as it was written."""
    await environment.disconnect_some()
    expected: list[tuple[Follower, int, str]] = []
    pairs = [
        (follower, other)
        for room in environment.rooms
        if room not in environment.counted  # where two in the audience do not connect
        for follower, other in _neighbours(
            [follower for follower in environment.active_followers() if follower.room == room]
        )
    ][:PAIRS]
    async with await environment.psql() as psql:
        for number, (older, newer) in enumerate(pairs):
            offer = description("offer", number)
            sent = await ask(
                newer.place,
                "POST",
                "/rows/signals",
                {"room_id": newer.room, "to_peer": older.peer, "kind": "offer", "body": offer},
                token=newer.token,
                headers={"Prefer": "return=representation"},
            )
            environment.expect(sent.status == 201, f"an offer of 20 kB was refused: {sent}")
            if sent.status != 201:
                continue
            expected.append((older, sent.body[0]["id"], _digest(offer)))
            answer = description("answer", number)
            written = await psql.execute(
                "insert into signals (room_id, from_peer, to_peer, kind, body)"
                " values (%s, %s, %s, 'answer', %s) returning id",
                (older.room, older.peer, newer.peer, Jsonb(answer)),
            )
            row = await written.fetchone()
            assert row is not None
            expected.append((newer, row[0], _digest(answer)))

    def arrived_as_written() -> int:
        return sum(_digest(to.bodies.get(signal)) == digest for to, signal, digest in expected)

    await until(lambda: arrived_as_written() == len(expected))
    arrived = arrived_as_written()
    environment.figures["descriptions of 20 kB"] = len(expected)
    environment.figures["arrived as written"] = arrived
    environment.expect(
        arrived == len(expected) > 0, f"{arrived} of {len(expected)} arrived as written"
    )


def _neighbours(people: list[Follower]) -> list[tuple[Follower, Follower]]:
    """Pairs of (older, newer): of two people the one whose seat has the larger seq offers."""
    in_order = sorted(people, key=lambda follower: follower.view.seats[UserId(follower.user)].seq)
    return list(zip(in_order[::2], in_order[1::2], strict=False))


def _digest(body: Any) -> str:
    return hashlib.sha256(repr(body and sorted(body.items())).encode()).hexdigest()


LARGE_SDP = Drill(
    "large-sdp",
    "Offers and answers of 20 kB are sent over HTTP and in psql, far beyond the 8,000 bytes of a NOTIFY. "
    "Each arrives as it was written, because the notification is a pointer and the log holds the row.",
    send_large,
)
