"""The invitations that await somebody: each reader's open ones, kept in step by bells, told on all their streams.

A bell says which invitations changed, never whose they are. Whom they concern is read once for all bells
that came together, and then the lists of those among them who read here. Nothing is read per stream.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import psycopg

from ..log import control_events
from ..log.frame import Frame
from ..postgres.notifications import Backlog, Throttle
from ..postgres.pools import Database
from ..postgres.roles import Connection
from ..types import InvitationId, RoomId, UserId

READ_WITHIN: Final = 2.0  # seconds a reader waits for the list; it follows when it could be read

TURNS_PER_S: Final = 50.0  # reads that notifications can cause, for they can be false
TURNS_AT_ONCE: Final = 50

log = logging.getLogger(__name__)


class OpenInvitations:
    """One user's list. `tag` names it: another list has another tag, on whichever relay."""

    def __init__(self) -> None:
        self.text = self.tag = ""
        self.told = control_events.invitations("[]")
        self.ids: frozenset[InvitationId] = frozenset()
        self.rooms: frozenset[RoomId] = frozenset()
        self.known = asyncio.Event()
        self.readers: set[Invitee] = set()
        self.asked_for = False

    def put(self, text: str) -> None:
        """This is the list, as a JSON array."""
        self.known.set()
        if text == self.text:
            return
        self.text = text
        self.tag = hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
        self.told = control_events.invitations(text)
        found = json.loads(text)
        self.ids = frozenset(InvitationId(each["id"]) for each in found)
        self.rooms = frozenset(RoomId(each["room_id"]) for each in found if each["room_id"])
        for reader in self.readers:
            reader.wake.set()


class Invitee:
    """What has been told of somebody's invitations on one stream, or in one answer and those before it.

    `seen` is the tag of the list that was told last.
    """

    def __init__(self, mine: OpenInvitations, wake: asyncio.Event) -> None:
        self._mine = mine
        self.wake = wake
        self.seen = ""

    def all(self) -> str | None:
        """The list as a JSON array, None while nobody knows it; what is taken next are later ones."""
        self.seen = self._mine.tag
        return self._mine.text or None

    def take(self) -> list[Frame]:
        """The whole list, if it is another one than was told last."""
        if self.seen == self._mine.tag or not self._mine.known.is_set():
            return []
        self.seen = self._mine.tag
        return [self._mine.told]


class Invitations:
    """The lists of those who read here, and for a while of those who did."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lists: dict[UserId, OpenInvitations] = {}
        self._whose: dict[InvitationId, UserId] = {}
        self._rung: Backlog[InvitationId] = Backlog()
        self._wanted: set[UserId] = set()
        self._overflown = False
        self._ended_meanwhile: set[RoomId] | None = None  # while lists are being read
        self._throttle = Throttle(TURNS_PER_S, TURNS_AT_ONCE)
        self._whole = Throttle(1, 3)
        self._something_to_read = asyncio.Event()

    def rung(self, invitation: InvitationId) -> None:
        """A bell said that this one was made, answered, or withdrawn."""
        if not self._rung.add(invitation):
            self._overflown = True
        self._something_to_read.set()

    def room_ended(self, room: RoomId) -> None:
        """Nobody is invited there any more, and there is no notification of an invitation for that."""
        if self._ended_meanwhile is not None:
            self._ended_meanwhile.add(room)
        if wanted := {user for user, mine in self._lists.items() if room in mine.rooms}:
            self._wanted |= wanted
            self._something_to_read.set()

    def resync(self) -> None:
        """Bells may have been missed: read everything again, but for those who have stopped asking."""
        for user, mine in list(self._lists.items()):
            if not mine.readers and not mine.asked_for:
                del self._lists[user]
                self._point(user, mine.ids, frozenset())
            mine.asked_for = False
        self._wanted |= self._lists.keys()
        self._something_to_read.set()

    @asynccontextmanager
    async def read(self, user: UserId | None, wake: asyncio.Event) -> AsyncIterator[Invitee | None]:
        """Read this user's invitations from now on; none for somebody who is not signed in."""
        if user is None:
            yield None
            return
        mine = self._lists.setdefault(user, OpenInvitations())
        mine.asked_for = True
        reader = Invitee(mine, wake)
        mine.readers.add(reader)
        try:
            if not mine.known.is_set():
                self._wanted.add(user)
                self._something_to_read.set()
                try:
                    async with asyncio.timeout(READ_WITHIN):
                        await mine.known.wait()
                except TimeoutError:
                    pass
            yield reader
        finally:
            mine.readers.discard(reader)

    async def run(self) -> None:
        """Keep the lists in step until cancelled."""
        while True:
            await self._something_to_read.wait()
            await self._throttle.turn()
            self._something_to_read.clear()
            if self._overflown:
                await self._whole.turn()
                self._overflown = False
                self.resync()
            rung = self._rung.take()
            wanted, self._wanted = self._wanted, set()
            try:
                async with self._database.relay() as connection:
                    if rung:
                        wanted |= await self._concerned(connection, set(rung))
                    if wanted := wanted & self._lists.keys():
                        await self._read(connection, wanted)
            except Exception as error:
                self._rung.put_back(rung)
                self._wanted |= wanted
                self._something_to_read.set()
                if not isinstance(error, psycopg.Error):
                    raise
                log.warning("invitations could not be read: %s", str(error).strip())
                await asyncio.sleep(0.5)
            if self._rung:
                self._something_to_read.set()

    async def _concerned(self, connection: Connection, rung: set[InvitationId]) -> set[UserId]:
        """Whose lists these are on, or were: of one that was withdrawn the database knows no more."""
        cursor = await connection.execute(
            "select who from roomtone.relay_invitations(%s) who", (list(rung),)
        )
        found = {UserId(user) for (user,) in await cursor.fetchall()}
        return found | {self._whose[each] for each in rung & self._whose.keys()}

    async def _read(self, connection: Connection, users: set[UserId]) -> None:
        ended = self._ended_meanwhile = set()
        try:
            cursor = await connection.execute(
                "select user_id, invitations::text from roomtone.relay_invitations_of(%s)",
                (list(users),),
            )
            texts = {UserId(user): text for user, text in await cursor.fetchall()}
        finally:
            self._ended_meanwhile = None
        for user in users & self._lists.keys():
            mine, before = self._lists[user], self._lists[user].ids
            mine.put(texts.get(user, "[]"))
            self._point(user, before, mine.ids)
            if mine.rooms & ended:  # while the answer was on its way
                self._wanted.add(user)
                self._something_to_read.set()

    def _point(
        self, user: UserId, before: frozenset[InvitationId], after: frozenset[InvitationId]
    ) -> None:
        for invitation in before - after:
            self._whose.pop(invitation, None)
        self._whose.update(dict.fromkeys(after, user))
