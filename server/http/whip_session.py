"""Sessions of WHIP and WHEP callers: a seat, an offer to the room's node, or to the edge that the seat of a listener names, and its answer.

All of it is rows, inserted as the user, under the same rules as for browsers. The answer is read from the relay's own copy
of the room's log, so the database is not polled.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from ..identity.tokens import user_of
from ..log.room_log import Entry, LogReader, SlowReader
from ..log.subscriber import News
from ..problem import Problem
from ..relay.relay import Relay
from ..relay.room_logs import NoSuchRoom
from ..rows.transaction import transact
from ..transports.following import no_such_room
from ..types import Claims, PeerId, RoomId
from .whip_rows import (
    Protocol,
    WhipSession,
    has_seat,
    is_offered,
    send_offer,
    server_of,
    signal,
    take_seat_and_offer,
)

if TYPE_CHECKING:
    from ..postgres.pools import Database
    from ..postgres.roles import Connection

ANSWERED_WITHIN: Final = 8.0  # seconds, by the edge or then by the node; less than the grace period of a seat without a subscriber


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
                    return await take_seat_and_offer(
                        connection, session, protocol, offer, leaves=leaves
                    )

                async def work_again(connection: Connection) -> PeerId:
                    if not await has_seat(connection, session):
                        raise _seat_removed()
                    return await send_offer(connection, session, protocol, offer, leaves=leaves)

                node = await transact(self._database, self._claims, work)
                self._relay.logs.read_now(room)
                try:
                    try:
                        async with asyncio.timeout(ANSWERED_WITHIN):
                            answer = await _answer(reader, news, session, node)
                            if answer is None:  # the edge cannot serve it
                                node = await transact(self._database, self._claims, work_again)
                                self._relay.logs.read_now(room)
                                answer = await _answer(reader, news, session, node)
                    except (TimeoutError, SlowReader):
                        raise _no_answer() from None
                    if answer is None:
                        raise _no_answer()
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
            if not await has_seat(connection, session):
                raise no_such_session()
            if named and not await is_offered(connection, session, named):
                raise restarts_nothing()
            node = await server_of(connection, session)
            if node is not None and candidates:
                await signal(connection, session, node, "candidate", candidates)

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
            return await has_seat(connection, session)

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


async def _answer(reader: LogReader, news: News, session: WhipSession, node: PeerId) -> str | None:
    """The answer of this node; None when it was an edge, and serves this session no longer. Raises SlowReader."""
    while True:
        news.clear()
        for entry in reader.take():
            if _is_refused_by(node, entry, session):
                return None
            if (answer := _read(entry, reader, session, node)) is not None:
                return answer
        if reader.lost:
            raise _no_answer()
        await news.wait()


def _is_refused_by(node: PeerId, entry: Entry, session: WhipSession) -> bool:
    """Whether this event says that the session was served by this edge, and is no longer."""
    if entry.seat_peer != session.peer or entry.frame.event != "participants":
        return False
    change = json.loads(entry.frame.data)
    record, old_record = change["record"] or {}, change["old_record"] or {}
    return old_record.get("edge") == node != record.get("edge")


def _read(entry: Entry, reader: LogReader, session: WhipSession, node: PeerId) -> str | None:
    if entry.seat_user == reader.user and entry.seat_peer != session.peer:
        if entry.seat_peer is None or entry.reason is not None:
            raise _seat_removed()
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


def _seat_removed() -> Problem:
    return Problem(409, "55000", "the seat was removed before the node answered")


def _no_answer() -> Problem:
    return Problem(503, "08006", "the node of this room does not answer; try again in a moment")
