"""Sessions of WHIP and WHEP callers: a seat, an offer to the room's node, and the node's answer.

All of it is rows, inserted as the user, under the same rules as for browsers. The answer is read from the relay's own copy
of the room's log, so the database is not polled.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import uuid4

from ..formats.sdp import ice_names_of
from ..identity.tokens import user_of
from ..log.room_log import Entry, LogReader, SlowReader
from ..log.subscriber import News
from ..problem import Problem
from ..relay.relay import Relay
from ..relay.room_logs import NoSuchRoom
from ..rows.transaction import transact
from ..transports.following import no_such_room
from ..types import Claims, PeerId, RoomId

if TYPE_CHECKING:
    from ..postgres.pools import Database
    from ..postgres.roles import Connection

ANSWERED_WITHIN: Final = 8.0  # seconds; less than the grace period of a seat without a subscriber

Protocol = Literal["whip", "whep"]


@dataclass(frozen=True)
class WhipSession:
    """A session of a seat. The seat stays as long as the peer connection to the room's node."""

    room: RoomId
    peer: PeerId


class WhipSessions:
    """The sessions of one user. All methods raise Problem and psycopg errors."""

    def __init__(self, database: Database, relay: Relay, claims: Claims) -> None:
        self._database = database
        self._relay = relay
        self._claims = claims

    async def begin(
        self, room: RoomId, protocol: Protocol, offer: str, *, leaves: bool = False
    ) -> tuple[WhipSession, str, str | None]:
        """Take a seat and offer. Returns the session, the SDP of the node's answer, and the recording's status if there is one.

        After a refusal no seat is left. With `leaves` a caller is refused while the room is recorded, and the session
        ends when a recording is announced.
        """
        user = user_of(self._claims)
        assert user is not None
        session = WhipSession(room, PeerId(str(uuid4())))
        news = News()
        try:
            async with self._relay.logs.follow(room, user, session.peer, news) as reader:
                reader.begin()

                async def work(connection: Connection) -> PeerId:
                    return await _take_seat_and_offer(
                        connection, session, protocol, offer, leaves=leaves
                    )

                node = await transact(self._database, self._claims, work)
                self._relay.logs.read_now(room)
                try:
                    answer = await _answer(reader, news, session, node)
                    recorded = await self._recorded(room)
                    if recorded is not None and leaves:
                        raise Problem(
                            409,
                            "55000",
                            "this room is being recorded, and the request says when_recorded=leave",
                            hint="Leave out ?when_recorded=leave to join a room that is recorded.",
                            rule="whip_room_is_not_recorded",
                        )
                    return session, answer, recorded
                except BaseException:
                    await self.end(session)
                    raise
        except NoSuchRoom:
            raise no_such_room(room) from None

    async def add_candidates(
        self, session: WhipSession, candidates: list[dict[str, Any]], named: frozenset[str]
    ) -> None:
        """Send more candidates of the caller to the node. `named` are the names of ICE sessions that they are for; none means this one."""

        async def work(connection: Connection) -> None:
            if not await _has_seat(connection, session):
                raise no_such_session()
            if named and not await _is_offered(connection, session, named):
                raise restarts_nothing()
            node = await _node_of(connection, session.room)
            if node is not None and candidates:
                await _signal(connection, session, node, "candidate", candidates)

        await transact(self._database, self._claims, work)
        self._relay.logs.read_now(session.room)

    async def _recorded(self, room: RoomId) -> str | None:
        """The status of this room's recording: `announced` or `recording`; None without one.

        Read after the seat was taken, because only participants see recordings.
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
        """Raises Problem 404 for a session that is over, or of another user."""

        async def work(connection: Connection) -> bool:
            return await _has_seat(connection, session)

        if not await transact(self._database, self._claims, work, read_only=True):
            raise no_such_session()

    async def end(self, session: WhipSession) -> bool:
        """Leave the room. False if the session was over already."""

        async def work(connection: Connection) -> bool:
            left = await connection.execute(
                "select roomtone.leave_room(%s, %s)", (session.room, session.peer)
            )
            row = await left.fetchone()
            return bool(row and row[0])

        return await transact(self._database, self._claims, work)


async def _take_seat_and_offer(
    connection: Connection, session: WhipSession, protocol: Protocol, offer: str, *, leaves: bool
) -> PeerId:
    # The same upsert as in browsers: an older session of this user ends with "taken over".
    if protocol == "whep":
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
                "you are in the audience of this room, so other participants would not hear you",
                hint="Ask to speak first (raise_hand), or take a seat on the stage. Then send the offer again.",
                rule="whip_needs_the_stage",
            )
        await connection.execute("select roomtone.unmute(%s)", (session.room,))
    # Its client has offered already, and an edge always offers.
    await connection.execute(
        "update roomtone.participants set served_directly = true where room_id = %s and peer_id = %s",
        (session.room, session.peer),
    )
    # In a room that was empty this seat gets it a node: now, rather than at commit.
    await connection.execute(
        "set constraints roomtone._650_assign_node, roomtone._660_assign_node_again immediate"
    )
    peer = await _node_of(connection, session.room)
    if peer is None:
        raise Problem(
            409,
            "55000",
            "this room has no media node: it is a mesh, where all participants connect to each other, which WHIP and WHEP cannot",
            hint="The host can change it: update rooms set topology = 'mcu' where id = …;",
            rule="whip_needs_a_node",
        )
    # Not part of the W3C's dictionary: with `presence` the node keeps the seat as long as the peer connection, and with
    # `receives` it sends one stream with all speakers.
    body = {"type": "offer", "sdp": offer, "presence": "connection"}
    if protocol == "whep":
        body["receives"] = "mix"
    if leaves:
        body["when_recorded"] = "leave"
    await _signal(connection, session, peer, "offer", body)
    return peer


async def _node_of(connection: Connection, room: RoomId) -> PeerId | None:
    """The `peer_id` of the seat of the room's node."""
    found = await connection.execute(
        "select p.peer_id::text from roomtone.participants p join roomtone.rooms r on r.id = p.room_id"
        " where p.room_id = %s and p.kind = r.topology and p.peer_id is not null",
        (room,),
    )
    row = await found.fetchone()
    return None if row is None else PeerId(row[0])


async def _has_seat(connection: Connection, session: WhipSession) -> bool:
    found = await connection.execute(
        "select from roomtone.participants where room_id = %s and peer_id = %s and user_id = roomtone.acting_user()",
        (session.room, session.peer),
    )
    return found.rowcount > 0


async def _is_offered(connection: Connection, session: WhipSession, named: frozenset[str]) -> bool:
    """Whether the offer has one of these names; true where the offer is no longer kept."""
    found = await connection.execute(
        "select body ->> 'sdp' from roomtone.signals where from_peer = %s and kind = 'offer' order by id desc limit 1",
        (session.peer,),
    )
    row = await found.fetchone()
    return row is None or bool(named & ice_names_of(row[0]))


async def _signal(
    connection: Connection, session: WhipSession, to: PeerId, kind: str, body: object
) -> None:
    await connection.execute(
        "insert into roomtone.signals (room_id, from_peer, to_peer, kind, body) values (%s, %s, %s, %s, %s)",
        (session.room, session.peer, to, kind, json.dumps(body)),
    )


async def _answer(reader: LogReader, news: News, session: WhipSession, node: PeerId) -> str:
    try:
        async with asyncio.timeout(ANSWERED_WITHIN):
            while True:
                news.clear()
                for entry in reader.take():
                    if (answer := _read(entry, reader, session, node)) is not None:
                        return answer
                if reader.lost:
                    raise _no_answer()
                await news.wait()
    except (TimeoutError, SlowReader):
        raise _no_answer() from None


def _read(entry: Entry, reader: LogReader, session: WhipSession, node: PeerId) -> str | None:
    if entry.seat_user == reader.user and entry.seat_peer != session.peer:
        if entry.seat_peer is None or entry.reason is not None:
            raise Problem(409, "55000", "the seat was removed before the node answered")
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
            str(signal["body"].get("reason") or "the node refused this offer"),
            rule="whip_offers_fit_the_node",
        )
    return str(signal["body"]["sdp"]) if signal["kind"] == "answer" else None


def no_such_session() -> Problem:
    return Problem(
        404,
        "P0002",
        "there is no session with this id, or it is over",
        hint="POST a new offer.",
        rule="whip_session_is_yours",
    )


def restarts_nothing() -> Problem:
    return Problem(
        422,
        "0A000",
        "media nodes do not support ICE restarts",
        hint="DELETE this session and POST a new offer.",
        rule="whip_restarts_nothing",
    )


def _no_answer() -> Problem:
    return Problem(503, "08006", "the node of this room does not answer; try again in a moment")
