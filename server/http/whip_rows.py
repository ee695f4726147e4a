"""What WHIP and WHEP write and read: seats, offers and candidates, as rows. Each function is a part of a transaction as the user, and raises Problem and psycopg errors."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from ..formats.sdp import ice_names_of
from ..problem import Problem
from ..types import PeerId, RoomId

if TYPE_CHECKING:
    from ..postgres.roles import Connection

Protocol = Literal["whip", "whep"]

SERVER: Final = "coalesce(p.edge, n.peer_id)"
SEAT: Final = (
    "from roomtone.participants p join roomtone.rooms r on r.id = p.room_id"
    " join roomtone.participants n on n.room_id = r.id and n.kind = r.topology and n.peer_id is not null"
    " where p.room_id = %s and p.peer_id = %s"
)
"""The seat `p` of a session, and that of the room's node. No row if the room has none."""


@dataclass(frozen=True)
class WhipSession:
    """A session of a seat. The seat stays as long as the peer connection to the room's node, or to an edge."""

    room: RoomId
    peer: PeerId


async def take_seat_and_offer(
    connection: Connection, session: WhipSession, protocol: Protocol, offer: str, *, leaves: bool
) -> PeerId:
    """Join the room as the caller of this protocol, send the offer, and return to whom."""
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
    # Its client has offered already. An edge answers who listens, and nobody speaks through one.
    await connection.execute(
        "update roomtone.participants set offers = %s, served_directly = %s where room_id = %s and peer_id = %s",
        (protocol == "whep", protocol == "whip", session.room, session.peer),
    )
    # A room that was empty gets a node now, rather than at commit, and then a listener an edge. That locks the room's log until the commit,
    # so all of it goes with the offer, in one round trip.
    async with connection.pipeline():
        await connection.execute(
            "set constraints roomtone._650_assign_node, roomtone._660_assign_node_again immediate"
        )
        if protocol == "whep":
            await connection.execute(
                "set constraints roomtone._500_log, roomtone._510_log_change immediate"
            )
        return await send_offer(connection, session, protocol, offer, leaves=leaves)


async def send_offer(
    connection: Connection, session: WhipSession, protocol: Protocol, offer: str, *, leaves: bool
) -> PeerId:
    """Send the offer to whom serves this seat now, and return their session."""
    # Not part of the W3C's dictionary: with `presence` the node keeps the seat as long as the peer connection, and with
    # `receives` it sends one stream with all speakers.
    body = {"type": "offer", "sdp": offer, "presence": "connection"}
    if protocol == "whep":
        body["receives"] = "mix"
    if leaves:
        body["when_recorded"] = "leave"
    sent = await connection.execute(
        "insert into roomtone.signals (room_id, from_peer, to_peer, kind, body)"
        f" select p.room_id, p.peer_id, {SERVER}, 'offer', %s::jsonb {SEAT} returning to_peer::text",
        (json.dumps(body), session.room, session.peer),
    )
    row = await sent.fetchone()
    if row is None:
        raise Problem(
            409,
            "55000",
            "this room has no media node: it is a mesh, where all participants connect to each other, which WHIP and WHEP cannot",
            hint="The host can change it: update rooms set topology = 'mcu' where id = …;",
            rule="whip_needs_a_node",
        )
    return PeerId(row[0])


async def server_of(connection: Connection, session: WhipSession) -> PeerId | None:
    """The `peer_id` of the seat of the edge that serves this session, or else of the room's node. None if the room has no node."""
    found = await connection.execute(
        f"select ({SERVER})::text {SEAT}", (session.room, session.peer)
    )
    row = await found.fetchone()
    return None if row is None else PeerId(row[0])


async def has_seat(connection: Connection, session: WhipSession) -> bool:
    """Whether this session exists and is the user's."""
    found = await connection.execute(
        "select from roomtone.participants where room_id = %s and peer_id = %s and user_id = roomtone.acting_user()",
        (session.room, session.peer),
    )
    return found.rowcount > 0


async def is_offered(connection: Connection, session: WhipSession, named: frozenset[str]) -> bool:
    """Whether the offer has one of these names; true where the offer is no longer kept."""
    found = await connection.execute(
        "select body ->> 'sdp' from roomtone.signals where from_peer = %s and kind = 'offer' order by id desc limit 1",
        (session.peer,),
    )
    row = await found.fetchone()
    return row is None or bool(named & ice_names_of(row[0]))


async def signal(
    connection: Connection, session: WhipSession, to: PeerId, kind: str, body: object
) -> None:
    """Send a signal of the caller."""
    await connection.execute(
        "insert into roomtone.signals (room_id, from_peer, to_peer, kind, body) values (%s, %s, %s, %s, %s)",
        (session.room, session.peer, to, kind, json.dumps(body)),
    )
