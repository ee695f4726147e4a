"""What the users who follow the hallway here have in their windows besides what everybody has: their clubs, and rooms of their own.

It is read when a user comes, and again when a notification names the user. From a club or a room one finds the users, and never
by looking at all of them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final, TypeVar

import psycopg

from ..log.multimap import Multimap
from ..postgres.notifications import MOST_AT_ONCE
from ..postgres.pools import Database
from ..token_bucket import TokenBucket
from ..types import ClubId, RoomId, UserId
from .followed_people import FollowedPeople

READ_WITHIN: Final = 2.0
"""Seconds that a stream waits until this was read. If it is late, the stream is sent the hallway again."""

READS_PER_S: Final = 50.0  # reads that notifications can cause: they can be false
READS_AT_ONCE: Final = 50

K = TypeVar("K", ClubId, RoomId)

log = logging.getLogger(__name__)


class Window:
    """One user's clubs, and rooms: those they are invited to and want to be reminded of. `recently_used`: since the last resync."""

    __slots__ = ("clubs", "invited", "is_read", "recently_used", "reminded")

    def __init__(self) -> None:
        self.clubs: frozenset[ClubId] = frozenset()
        self.invited: frozenset[RoomId] = frozenset()
        self.reminded: frozenset[RoomId] = frozenset()
        self.is_read = False
        self.recently_used = True

    @property
    def rooms(self) -> frozenset[RoomId]:
        return self.invited | self.reminded


class HallwayUsers:
    """The windows of the users who follow the hallway here. `on_change` is called with a user whose clubs or rooms changed.

    `people` learns whom these users follow, with the same reads.
    """

    def __init__(
        self, database: Database, people: FollowedPeople, on_change: Callable[[UserId], None]
    ) -> None:
        self._database = database
        self._people = people
        self._on_change = on_change
        self._windows: dict[UserId, Window] = {}
        self._of_club: Multimap[ClubId, UserId] = Multimap()
        self._of_room: Multimap[RoomId, UserId] = Multimap()
        self._wanted: dict[UserId, None] = {}
        self._throttle = TokenBucket(READS_PER_S, READS_AT_ONCE)
        self._work = asyncio.Event()
        self._has_read = asyncio.Event()

    async def open(self, user: UserId | None) -> None:
        """Know this user's window from now on."""
        if user is None:
            return
        window = self._windows.setdefault(user, Window())
        window.recently_used = True
        if window.is_read:
            return
        self._want(user)
        try:
            async with asyncio.timeout(READ_WITHIN):
                while not window.is_read:
                    await self._has_read.wait()
        except TimeoutError:
            pass

    def notified(self, user: UserId) -> None:
        """A notification said that other clubs or rooms may be in this user's window."""
        if user in self._windows:
            self._want(user)

    def invited(self, user: UserId, rooms: frozenset[RoomId]) -> None:
        """The rooms to which this user has open invitations."""
        window = self._windows.get(user)
        if window is None:
            if not rooms:
                return
            window = self._windows[user] = Window()
        self._update(user, window.clubs, rooms, window.reminded)

    def resync(self, is_followed: Callable[[UserId], bool]) -> list[UserId]:
        """Notifications may have been missed: read all again. Returns the users that are forgotten, who do not follow any more."""
        forgotten = [
            user
            for user, window in self._windows.items()
            if not window.recently_used and not is_followed(user)
        ]
        for user in forgotten:
            self._update(user, frozenset(), frozenset(), frozenset())
            self._people.forget(user)
            del self._windows[user]
        for user, window in self._windows.items():
            window.recently_used = False
            self._want(user)
        return forgotten

    def of(self, club: ClubId | None, room: RoomId) -> tuple[UserId, ...]:
        """The users in whose windows a room is because of its club or an invitation."""
        invited = self._of_room[room]
        return invited if club is None else (*self._of_club[club], *invited)

    def __getitem__(self, user: UserId) -> Window:
        return self._windows.get(user) or Window()

    def __contains__(self, user: UserId) -> bool:
        return user in self._windows

    async def run(self) -> None:
        """Keep the windows up to date until cancelled."""
        while True:
            await self._work.wait()
            await self._throttle.turn()
            self._work.clear()
            users = list(self._wanted)[:MOST_AT_ONCE]
            for user in users:
                del self._wanted[user]
            try:
                await self._read(users)
            except Exception as error:
                self._wanted = dict.fromkeys(users) | self._wanted
                self._work.set()
                if not isinstance(error, psycopg.Error):
                    raise
                log.warning("what users follow could not be read: %s", str(error).strip())
                await asyncio.sleep(0.5)
            if self._wanted:
                self._work.set()

    def _want(self, user: UserId) -> None:
        self._wanted[user] = None  # as many as there are windows
        self._work.set()

    async def _read(self, users: list[UserId]) -> None:
        async with self._database.relay() as connection:
            cursor = await connection.execute(
                "select user_id, clubs, rooms from roomtone.relay_hallway_users(%s)", (users,)
            )
            found = await cursor.fetchall()
            cursor = await connection.execute(
                "select user_id, people from roomtone.relay_followed(%s)", (users,)
            )
            followed = {UserId(user): frozenset(people) for user, people in await cursor.fetchall()}
        await self._people.follow({user: followed.get(user, frozenset()) for user in users})
        for user, clubs, rooms in found:
            if user in self._windows:
                window = self._windows[user]
                self._update(user, frozenset(clubs), window.invited, frozenset(rooms))
                window.is_read = True
        self._has_read.set()
        self._has_read = asyncio.Event()

    def _update(
        self,
        user: UserId,
        clubs: frozenset[ClubId],
        invited: frozenset[RoomId],
        reminded: frozenset[RoomId],
    ) -> None:
        window = self._windows[user]
        clubs_before, rooms_before = window.clubs, window.rooms
        window.clubs, window.invited, window.reminded = clubs, invited, reminded
        _move(self._of_club, user, clubs_before, clubs)
        _move(self._of_room, user, rooms_before, window.rooms)
        if (clubs_before, rooms_before) != (clubs, window.rooms):
            self._on_change(user)


def _move(
    index: Multimap[K, UserId], user: UserId, before: frozenset[K], after: frozenset[K]
) -> None:
    for key in before - after:
        index.discard(key, user)
    for key in after - before:
        index.add(key, user)
