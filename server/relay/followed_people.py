"""Where the people are whom users here follow: sent to those who follow them, and to nobody else.

Of each followed person there is one text, read once when it changes and the same for all who follow them. It has only rooms that
everybody may see (`relay_people_here`), so that nothing is decided per recipient.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

import psycopg

from ..log import control_events
from ..log.frame import Frame
from ..log.multimap import Multimap
from ..postgres.notifications import MOST_AT_ONCE
from ..postgres.pools import Database
from ..types import UserId

GATHERED: Final = 0.5
"""Seconds between two reads: a user is sent at most two events a second."""

MOST_AT_FIRST: Final = 300
"""People in a snapshot. Of more that are in rooms the rest is left out; they page (`followed_people`)."""

log = logging.getLogger(__name__)


class Whereabouts(NamedTuple):
    """`{"user_id", "username", "rooms": [ids]}` as JSON text, and whether there are rooms in it."""

    text: str
    is_here: bool


class FollowedPeople:
    """The followed people of the users who follow the hallway here. `send` sends an event to some of these users."""

    def __init__(
        self, database: Database, send: Callable[[Frame, frozenset[UserId]], None]
    ) -> None:
        self._database = database
        self._send = send
        self._people_of: dict[UserId, frozenset[UserId]] = {}  # no entry: nobody
        self._followers: Multimap[UserId, UserId] = Multimap()
        self._whereabouts: dict[UserId, Whereabouts] = {}
        self._changed: dict[UserId, None] = {}  # as many as are followed here
        self._reading = asyncio.Lock()  # so that of two reads the later one is the newer one
        self._work = asyncio.Event()

    def notified(self, person: UserId) -> None:
        """A notification said that this person, whom somebody follows, has come into a room or left it."""
        if person in self._followers:
            self._changed[person] = None
            self._work.set()

    def resync(self) -> None:
        """Notifications may have been missed: read all again."""
        self._changed = dict.fromkeys(self._followers.keys())
        self._work.set()

    async def follow(self, followed: Mapping[UserId, frozenset[UserId]]) -> None:
        """Whom these users follow now. Returns when it is known where these people are. Raises psycopg errors."""
        async with self._reading:
            unknown = frozenset[UserId]().union(*followed.values()) - self._whereabouts.keys()
            await self._read(unknown)
            for user, people in followed.items():
                self._become(user, people)

    def forget(self, user: UserId) -> None:
        """This user does not follow the hallway any more."""
        self._become(user, frozenset())

    def snapshot(self, user: UserId | None) -> str | None:
        """The people whom this user follows who are in rooms, as a JSON array; None if there are none."""
        people = self._people_of.get(user, ()) if user is not None else ()
        texts: list[str] = []
        for person in people:
            found = self._whereabouts.get(person)
            if found is not None and found.is_here:
                texts.append(found.text)
                if len(texts) == MOST_AT_FIRST:
                    break
        return f"[{','.join(texts)}]" if texts else None

    async def run(self) -> None:
        """Send what changes until cancelled."""
        while True:
            await self._work.wait()
            self._work.clear()
            changed = list(self._changed)[:MOST_AT_ONCE]
            for person in changed:
                del self._changed[person]
            try:
                async with self._reading:
                    before = {person: self._whereabouts.get(person) for person in changed}
                    await self._read(person for person in changed if person in self._followers)
                    self._announce(
                        each for each in changed if before[each] != self._whereabouts.get(each)
                    )
            except Exception as error:
                self._changed = dict.fromkeys(changed) | self._changed
                if not isinstance(error, psycopg.Error):
                    raise
                log.warning("where people are could not be read: %s", str(error).strip())
            if self._changed:
                self._work.set()
            await asyncio.sleep(GATHERED)

    async def _read(self, people: Iterable[UserId]) -> None:
        waiting = list(people)
        while waiting:
            wanted, waiting = waiting[:MOST_AT_ONCE], waiting[MOST_AT_ONCE:]
            async with self._database.relay() as connection:
                cursor = await connection.execute(
                    "select user_id, here::text, here -> 'rooms' <> '[]' from roomtone.relay_people_here(%s)",
                    (wanted,),
                )
                found = await cursor.fetchall()
            self._whereabouts |= {UserId(person): Whereabouts(*rest) for person, *rest in found}

    def _become(self, user: UserId, people: frozenset[UserId]) -> None:
        before = self._people_of.get(user, frozenset())
        if people:
            self._people_of[user] = people
        else:
            self._people_of.pop(user, None)
        for person in people - before:
            self._followers.add(person, user)
        changes = [self._text(each) for each in people - before if self._is_here(each)]
        for person in before - people:
            self._followers.discard(person, user)
            if self._is_here(person):
                changes.append(nowhere(person))
            if person not in self._followers:
                self._whereabouts.pop(person, None)
        if changes:
            self._send(control_events.people(changes), frozenset((user,)))

    def _announce(self, people: Iterable[UserId]) -> None:
        """Send to each follower where these are now, encoded once for all who follow the same of them."""
        of_user: defaultdict[UserId, list[UserId]] = defaultdict(list)
        for person in people:
            for follower in self._followers[person]:
                of_user[follower].append(person)
        users: defaultdict[tuple[UserId, ...], set[UserId]] = defaultdict(set)
        for user, theirs in of_user.items():
            users[tuple(theirs)].add(user)
        for moved, followers in users.items():
            self._send(
                control_events.people([self._text(each) for each in moved]), frozenset(followers)
            )

    def _is_here(self, person: UserId) -> bool:
        found = self._whereabouts.get(person)
        return found is not None and found.is_here

    def _text(self, person: UserId) -> str:
        found = self._whereabouts.get(person)
        return nowhere(person) if found is None else found.text


def nowhere(person: UserId) -> str:
    """The text about a person of whom nothing may be known any more."""
    return f'{{"user_id":{person},"rooms":[]}}'
