"""Where the band plays: in the demo's music room; and where that is shut, in a room of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from ...backoff import backoff
from ...types import RoomId, UserId
from ..room_session import room_session
from ..signaling.client import ConnectionLost, Ice, Refused, SignalingClient
from ..signaling.database_client import database_connections
from ..sounds import Sound, pieces
from .music import music

NAME: Final = "the house band"
ROOM: Final = "Trading fours until the tea is cold"
OWN_ROOM: Final = "The house band plays on"
PAUSE: Final = 3.0  # seconds between two rooms
REST: Final = 60.0  # seconds; somebody sent the band away and means it

log = logging.getLogger(__name__)


async def play(url: str, ice: Callable[[UserId], Ice]) -> None:
    """Play until cancelled. `url` is a libpq connection string of the relay's login.

    A sound is made only while somebody listens; a seat that lapsed is taken again.
    """
    sound = pieces(music())
    attempt = 0
    while True:
        try:
            async with database_connections(url, ice=ice) as connections:
                client = await connections.client(NAME)
                attempt = 0
                await _evening(client, sound)
        except (ConnectionLost, Refused) as error:
            log.warning("%s does not play: %s", NAME, error)
        await asyncio.sleep(backoff(attempt, base=1.0, most=REST))
        attempt += 1


async def _evening(client: SignalingClient, sound: Sound) -> None:
    """Room after room. Raises Refused when no room is to be had, and ConnectionLost."""
    unwelcome: set[RoomId] = set()
    while True:
        room = await _room(client, unwelcome)
        reason = await _gig(client, room, sound)
        log.info("the band stopped playing in room %s: %s", room, reason)
        if reason != "room ended":
            unwelcome.add(room)
            await asyncio.sleep(REST)
        await asyncio.sleep(PAUSE)


async def _gig(client: SignalingClient, room: RoomId, sound: Sound) -> str | None:
    """Play in a room until that is over; why it is."""
    try:
        async with room_session(client, room, sound=sound, receives=False) as session:
            await session.ended.wait()
            return session.reason
    except Refused as refused:
        return refused.rule or str(refused)


async def _room(client: SignalingClient, unwelcome: set[RoomId]) -> RoomId:
    found = [
        *await client.select("hallway", "id", name=ROOM),
        *await client.select("hallway", "id", host_id=client.user.id),
    ]
    for row in found:
        if row["id"] not in unwelcome:
            return RoomId(row["id"])
    (own,) = await client.insert("rooms", [{"name": OWN_ROOM}])
    return RoomId(own["id"])
