"""Invitations: the list of each subscriber's open ones, kept up to date by notifications and sent on all their streams.

A notification says which invitations changed, never whose they are. One query finds out for all notifications that arrived
together, and another reads the lists of those users who have streams here. Nothing is read per stream.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
from collections.abc import AsyncIterator, Callable
from typing import Final

import psycopg

from ..log import control_events
from ..log.frame import Frame
from ..log.multimap import Multimap
from ..log.subscriber import Subscriber
from ..postgres.notifications import Backlog
from ..postgres.pools import Database
from ..postgres.roles import Connection
from ..token_bucket import TokenBucket
from ..types import InvitationId, RoomId, UserId

READ_WITHIN: Final = 2.0
"""Seconds a stream waits for the list; it is sent later if it could not be read."""

READS_PER_S: Final = 50.0  # reads that notifications can cause: they can be false
READS_AT_ONCE: Final = 50

NO_ROWS: Final = "[]"

log = logging.getLogger(__name__)


def _tag(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


NONE: Final = control_events.invitations(NO_ROWS)
NONE_TAG: Final = _tag(NO_ROWS)


class OpenInvitations:
    """One user's list; its text is None while it was not read. `tag` is a digest of it, the same on every relay. `recently_read`: since the last resync."""

    __slots__ = ("frame", "ids", "readers", "recently_read", "rooms", "tag", "text")

    def __init__(self) -> None:
        self.text: str | None = None
        self.tag = ""
        self.frame = NONE
        self.ids: frozenset[InvitationId] = frozenset()
        self.rooms: frozenset[RoomId] = frozenset()
        self.readers: tuple[InvitationsReader, ...] = ()
        self.recently_read = False

    def add(self, reader: InvitationsReader) -> None:
        self.readers = (*self.readers, reader)

    def discard(self, reader: InvitationsReader) -> None:
        self.readers = tuple(each for each in self.readers if each is not reader)

    def put(self, text: str) -> None:
        """The list as it is now, a JSON array."""
        if text == self.text:
            return
        if text == NO_ROWS:  # the same for almost everybody
            self.text, self.tag, self.frame = NO_ROWS, NONE_TAG, NONE
        else:
            self.text, self.tag, self.frame = text, _tag(text), control_events.invitations(text)
        found = json.loads(text)
        self.ids = frozenset(InvitationId(each["id"]) for each in found)
        self.rooms = frozenset(RoomId(each["room_id"]) for each in found if each["room_id"])
        for reader in self.readers:
            reader.subscriber.advance()


class InvitationsReader:
    """Which list of a user's invitations was sent last, on one stream or in a series of polls. `seen` is its tag."""

    __slots__ = ("_invitations", "seen", "subscriber")

    def __init__(self, invitations: OpenInvitations, subscriber: Subscriber) -> None:
        self._invitations = invitations
        self.subscriber = subscriber
        self.seen = ""
        invitations.add(self)

    def all(self) -> str | None:
        """The list as a JSON array; None if it was not read yet. It counts as sent."""
        self.seen = self._invitations.tag
        return self._invitations.text

    def take(self) -> list[Frame]:
        """The whole list, if it differs from the one that was sent last."""
        if self.seen == self._invitations.tag or self._invitations.text is None:
            return []
        self.seen = self._invitations.tag
        return [self._invitations.frame]

    def close(self) -> None:
        self._invitations.discard(self)


class Invitations:
    """The lists of the users who have streams here, and for a while of those who had."""

    def __init__(
        self,
        database: Database,
        on_rooms: Callable[[UserId, frozenset[RoomId]], None] = lambda user, rooms: None,
    ) -> None:
        """`on_rooms` is called with the rooms to which a user has open invitations."""
        self._database = database
        self._on_rooms = on_rooms
        self._lists: dict[UserId, OpenInvitations] = {}
        self._user_of: dict[InvitationId, UserId] = {}
        self._users_of_room: Multimap[RoomId, UserId] = Multimap()
        self._changed: Backlog[InvitationId] = Backlog()
        self._wanted: set[UserId] = set()
        self._overflowed = False
        self._ended_meanwhile: set[RoomId] | None = None  # while lists are being read
        self._throttle = TokenBucket(READS_PER_S, READS_AT_ONCE)
        self._full_reads = TokenBucket(1, 3)
        self._work = asyncio.Event()
        self._has_read = asyncio.Event()

    def notified(self, invitation: InvitationId) -> None:
        """A notification said that this one was made, answered or withdrawn."""
        if not self._changed.add(invitation):
            self._overflowed = True
        self._work.set()

    def room_ended(self, room: RoomId) -> None:
        """Invitations to this room are no longer open. No notification of an invitation says so."""
        if self._ended_meanwhile is not None:
            self._ended_meanwhile.add(room)
        if users := self._users_of_room[room]:
            self._wanted |= set(users)
            self._work.set()

    def resync(self) -> None:
        """Notifications may have been missed: read all lists again, and forget those that nobody has read since the last resync."""
        for user, of_user in list(self._lists.items()):
            if not of_user.readers and not of_user.recently_read:
                del self._lists[user]
                self._update_users(user, of_user.ids, frozenset())
                self._update_rooms(user, of_user.rooms, frozenset())
            of_user.recently_read = False
        self._wanted |= self._lists.keys()
        self._work.set()

    async def open(self, user: UserId | None, subscriber: Subscriber) -> InvitationsReader | None:
        """A reader of this user's invitations, to be closed; None for an anonymous user."""
        if user is None:
            return None
        of_user = self._lists.get(user)
        if of_user is None:
            of_user = self._lists[user] = OpenInvitations()
        of_user.recently_read = True
        reader = InvitationsReader(of_user, subscriber)
        try:
            if of_user.text is None:
                self._wanted.add(user)
                self._work.set()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(READ_WITHIN):
                        while of_user.text is None:
                            await self._has_read.wait()
        except BaseException:
            reader.close()
            raise
        return reader

    @contextlib.asynccontextmanager
    async def read(
        self, user: UserId | None, subscriber: Subscriber
    ) -> AsyncIterator[InvitationsReader | None]:
        """The same until the block ends."""
        reader = await self.open(user, subscriber)
        try:
            yield reader
        finally:
            if reader is not None:
                reader.close()

    async def run(self) -> None:
        """Keep the lists up to date until cancelled."""
        while True:
            await self._work.wait()
            await self._throttle.turn()
            self._work.clear()
            if self._overflowed:
                await self._full_reads.turn()
                self._overflowed = False
                self.resync()
            changed = self._changed.take()
            wanted, self._wanted = self._wanted, set()
            try:
                async with self._database.relay() as connection:
                    if changed:
                        wanted |= await self._affected_users(connection, set(changed))
                    if wanted := wanted & self._lists.keys():
                        await self._read(connection, wanted)
            except Exception as error:
                self._changed.put_back(changed)
                self._wanted |= wanted
                self._work.set()
                if not isinstance(error, psycopg.Error):
                    raise
                log.warning("invitations could not be read: %s", str(error).strip())
                await asyncio.sleep(0.5)
            if self._changed:
                self._work.set()

    async def _affected_users(
        self, connection: Connection, changed: set[InvitationId]
    ) -> set[UserId]:
        """The users in whose lists these are or were: a withdrawn invitation is no longer in the database."""
        cursor = await connection.execute(
            "select who from roomtone.relay_invitations(%s) who", (list(changed),)
        )
        found = {UserId(user) for (user,) in await cursor.fetchall()}
        return found | {self._user_of[each] for each in changed & self._user_of.keys()}

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
            of_user = self._lists[user]
            before, rooms = of_user.ids, of_user.rooms
            of_user.put(texts.get(user, "[]"))
            self._update_users(user, before, of_user.ids)
            self._update_rooms(user, rooms, of_user.rooms)
            if of_user.rooms & ended:  # it ended while the answer was on its way
                self._wanted.add(user)
                self._work.set()
        self._has_read.set()
        self._has_read = asyncio.Event()

    def _update_users(
        self, user: UserId, before: frozenset[InvitationId], after: frozenset[InvitationId]
    ) -> None:
        for invitation in before - after:
            self._user_of.pop(invitation, None)
        self._user_of.update(dict.fromkeys(after, user))

    def _update_rooms(
        self, user: UserId, before: frozenset[RoomId], after: frozenset[RoomId]
    ) -> None:
        for room in before - after:
            self._users_of_room.discard(room, user)
        for room in after - before:
            self._users_of_room.add(room, user)
        if before != after:
            self._on_rooms(user, after)
