"""A session to the node of a room, for somebody who speaks neither rows nor logs: a seat, an offer, and the answer waited for.

All of it is rows, written as the user, by the rules for everybody. The answer comes out of the relay's own log of the room,
so nothing is asked twice.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import uuid4

from ..identity.tokens import user_of
from ..log.room_log import Entry, Reader, SlowReader
from ..problem import Problem
from ..relay.relay import NoSuchRoom, Relay
from ..rows.transaction import transact
from ..transports.following import no_such_room
from ..types import Claims, PeerId, RoomId

if TYPE_CHECKING:
    from ..postgres.pools import Database
    from ..postgres.roles import Connection

ANSWERED_WITHIN: Final = 8.0  # seconds; less than the grace of a seat that nobody follows

Way = Literal["whip", "whep"]


@dataclass(frozen=True)
class WhipSession:
    """A session of somebody's seat that lives by its connection to the room's node."""

    room: RoomId
    peer: PeerId


class WhipSessions:
    """WhipSessions of one user. All raise Problem and psycopg errors."""

    def __init__(self, database: Database, relay: Relay, claims: Claims) -> None:
        self._database = database
        self._relay = relay
        self._claims = claims

    async def begin(
        self, room: RoomId, way: Way, offer: str, *, leaves: bool = False
    ) -> tuple[WhipSession, str, str | None]:
        """Sit down, offer, and the SDP that the node answers; and whether the room is recorded. Refused, nobody sat down.

        Who `leaves` when the room is recorded is refused while it is, and hung up on before it will be.
        """
        user = user_of(self._claims)
        assert user is not None
        session = WhipSession(room, PeerId(str(uuid4())))
        wake = asyncio.Event()
        try:
            async with self._relay.follow(room, user, session.peer, wake) as reader:
                reader.begin()

                async def work(connection: Connection) -> PeerId:
                    return await _sit_and_offer(connection, session, way, offer, leaves=leaves)

                node = await transact(self._database, self._claims, work)
                self._relay.ring(room)
                try:
                    answer = await _answer(reader, session, node)
                    recorded = await self._recorded(room)
                    if recorded is not None and leaves:
                        raise Problem(
                            409,
                            "55000",
                            "this room is being recorded, and you asked to leave when it is",
                            hint="Leave out ?when_recorded=leave to come all the same.",
                            rule="whip_room_is_not_recorded",
                        )
                    return session, answer, recorded
                except BaseException:
                    await self.end(session)
                    raise
        except NoSuchRoom:
            raise no_such_room(room) from None

    async def add_candidates(self, session: WhipSession, candidates: list[dict[str, Any]]) -> None:
        """The caller can be reached here, too."""

        async def work(connection: Connection) -> None:
            if not await _sits(connection, session):
                raise no_such_session()
            node = await _node_of(connection, session.room)
            if node is not None and candidates:
                await _signal(connection, session, node[0], "candidate", candidates)

        await transact(self._database, self._claims, work)
        self._relay.ring(session.room)

    async def _recorded(self, room: RoomId) -> str | None:
        """The status of the recording that runs in this room, or will in a moment: announced or recording.

        Asked for after sitting down, for a recording is seen by those who sit there.
        """

        async def work(connection: Connection) -> str | None:
            found = await connection.execute(
                "select case when started_at is null then 'announced' else 'recording' end"
                " from roomtone.recordings where room_id = %s and ended_at is null",
                (room,),
            )
            row = await found.fetchone()
            return None if row is None else str(row[0])

        return await transact(self._database, self._claims, work, read_only=True)

    async def require(self, session: WhipSession) -> None:
        """Raises Problem 404 for a session that is over, or somebody else's."""

        async def work(connection: Connection) -> bool:
            return await _sits(connection, session)

        if not await transact(self._database, self._claims, work, read_only=True):
            raise no_such_session()

    async def end(self, session: WhipSession) -> bool:
        """Leave; false if it was over already."""

        async def work(connection: Connection) -> bool:
            left = await connection.execute(
                "select roomtone.leave_room(%s, %s)", (session.room, session.peer)
            )
            row = await left.fetchone()
            return bool(row and row[0])

        return await transact(self._database, self._claims, work)


async def _sit_and_offer(
    connection: Connection, session: WhipSession, way: Way, offer: str, *, leaves: bool
) -> PeerId:
    # Joining again is the same upsert as everybody's: whoever sat here before is told "taken over".
    if way == "whep":
        await connection.execute(
            "insert into roomtone.participants (room_id, peer_id, role) values (%s, %s, 'AUDIENCE')"
            " on conflict (room_id, user_id) do update set peer_id = excluded.peer_id, role = excluded.role",
            (session.room, session.peer),
        )
    else:
        seated = await connection.execute(
            "insert into roomtone.participants (room_id, peer_id) values (%s, %s)"
            " on conflict (room_id, user_id) do update set peer_id = excluded.peer_id returning role",
            (session.room, session.peer),
        )
        row = await seated.fetchone()
        if row is None or row[0] == "AUDIENCE":
            raise Problem(
                403,
                "42501",
                "you are in the audience of this room, and nobody would hear you",
                hint="Ask to speak first (raise_hand), or take your seat on the stage; then send again.",
                rule="whip_needs_the_stage",
            )
        await connection.execute("select roomtone.unmute(%s)", (session.room,))
    # In a room that was empty this seat gets it a node: now, rather than at commit.
    await connection.execute(
        "set constraints roomtone._650_assign_node, roomtone._660_assign_node_again immediate"
    )
    node = await _node_of(connection, session.room)
    if node is None:
        raise Problem(
            409,
            "55000",
            "no node carries this room: in a mesh everybody connects with everybody, which WHIP and WHEP cannot",
            hint="Let its host move it: update rooms set topology = 'mcu' where id = …;",
            rule="whip_needs_a_node",
        )
    peer, kind = node
    if way == "whep" and kind != "mcu":
        raise Problem(
            409,
            "55000",
            "this room has no mix to listen to: an SFU forwards each voice by itself",
            hint="Let its host move it: update rooms set topology = 'mcu' where id = …;",
            rule="whep_needs_a_mix",
        )
    # The member beside the W3C's two tells the node that this connection is all the presence there will be.
    body = {"type": "offer", "sdp": offer, "presence": "connection"}
    if leaves:
        body["when_recorded"] = "leave"
    await _signal(connection, session, peer, "offer", body)
    return peer


async def _node_of(connection: Connection, room: RoomId) -> tuple[PeerId, str] | None:
    """The session of the seat of the node that carries the room, and its kind."""
    found = await connection.execute(
        "select p.peer_id::text, p.kind from roomtone.participants p join roomtone.rooms r on r.id = p.room_id"
        " where p.room_id = %s and p.kind = r.topology and p.peer_id is not null",
        (room,),
    )
    row = await found.fetchone()
    return None if row is None else (PeerId(row[0]), row[1])


async def _sits(connection: Connection, session: WhipSession) -> bool:
    found = await connection.execute(
        "select from roomtone.participants where room_id = %s and peer_id = %s and user_id = roomtone.acting_user()",
        (session.room, session.peer),
    )
    return found.rowcount > 0


async def _signal(
    connection: Connection, session: WhipSession, to: PeerId, kind: str, body: object
) -> None:
    await connection.execute(
        "insert into roomtone.signals (room_id, from_peer, to_peer, kind, body) values (%s, %s, %s, %s, %s)",
        (session.room, session.peer, to, kind, json.dumps(body)),
    )


async def _answer(reader: Reader, session: WhipSession, node: PeerId) -> str:
    try:
        async with asyncio.timeout(ANSWERED_WITHIN):
            while True:
                reader.wake.clear()
                for entry in reader.take():
                    if (answer := _read(entry, reader, session, node)) is not None:
                        return answer
                if reader.lost:
                    raise _silent()
                await reader.wake.wait()
    except (TimeoutError, SlowReader):
        raise _silent() from None


def _read(entry: Entry, reader: Reader, session: WhipSession, node: PeerId) -> str | None:
    if entry.seat_user == reader.user and entry.seat_peer != session.peer:
        if entry.seat_peer is None or entry.reason is not None:
            raise Problem(409, "55000", "the seat was taken away before the node answered")
        raise Problem(409, "55000", "another session took the seat before the node answered")
    if entry.frame.event != "signals":
        return None
    signal = json.loads(entry.frame.data)["record"]
    if signal["from_peer"] != node or signal["to_peer"] != session.peer:
        return None
    if signal["kind"] == "bye":
        raise Problem(
            422,
            "22023",
            str(signal["body"].get("reason") or "the node does not take this offer"),
            rule="whip_offers_fit_the_node",
        )
    return str(signal["body"]["sdp"]) if signal["kind"] == "answer" else None


def no_such_session() -> Problem:
    return Problem(
        404,
        "P0002",
        "there is no such session, or it is over",
        hint="POST an offer again.",
        rule="whip_session_is_yours",
    )


def _silent() -> Problem:
    return Problem(503, "08006", "the node of this room does not answer; try again in a moment")
