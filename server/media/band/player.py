"""Where the band plays: in the demo's music room, and when that has ended, in a room of its own."""

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
REMOVED_PAUSE: Final = 60.0  # seconds, after the band was removed from a room

log = logging.getLogger(__name__)


async def play(url: str, ice: Callable[[UserId], Ice]) -> None:
    """Play until cancelled. `url` is a libpq connection string of the relay's login.

    Music is generated only while there is a listener. A seat that expired is taken again.
    """
    sound = pieces(music())
    attempt = 0
    while True:
        try:
            async with database_connections(url, ice=ice) as connections:
                client = await connections.client(NAME)
                attempt = 0
                await _play_in_rooms(client, sound)
        except (ConnectionLost, Refused) as error:
            log.warning("%s does not play: %s", NAME, error)
        await asyncio.sleep(backoff(attempt, base=1.0, most=REMOVED_PAUSE))
        attempt += 1


async def _play_in_rooms(client: SignalingClient, sound: Sound) -> None:
    """Play in one room after the other. Raises Refused when there is no room, and ConnectionLost."""
    left: set[RoomId] = set()
    while True:
        room = await _find_room(client, left)
        reason = await _play_in(client, room, sound)
        log.info("the band stopped playing in room %s: %s", room, reason)
        if reason != "room ended":
            left.add(room)
            await asyncio.sleep(REMOVED_PAUSE)
        await asyncio.sleep(PAUSE)


async def _play_in(client: SignalingClient, room: RoomId, sound: Sound) -> str | None:
    """Play in a room until the session ends; the reason of its end."""
    try:
        async with room_session(client, room, sound=sound, receives=False) as session:
            await session.ended.wait()
            return session.reason
    except Refused as refused:
        return refused.rule or str(refused)


async def _find_room(client: SignalingClient, left: set[RoomId]) -> RoomId:
    found = [
        *await client.select("hallway", "id", name=ROOM),
        *await client.select("hallway", "id", host_id=client.user.id),
    ]
    for row in found:
        if row["id"] not in left:
            return RoomId(row["id"])
    (own,) = await client.insert("rooms", [{"name": OWN_ROOM}])
    return RoomId(own["id"])
