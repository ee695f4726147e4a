"""Who is sent which rooms of the hallway, and when.

In everybody's window are the busiest of the rooms that everybody may see, and the scheduled ones that open next: these are
encoded once. In a user's own window are also the rooms of their clubs, those they host and those they are invited to.

What changed about a room is sent at once, except numbers: these are sent at a limited rate (`pace.py`).
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain
from typing import Final, NamedTuple

from ..log.frame import Frame
from ..log.multimap import Multimap
from ..types import ClubId, RoomId, UserId
from .busiest import Busiest
from .hallway_changes import HallwayChanges
from .hallway_row import Row
from .hallway_users import HallwayUsers
from .pace import Pace, Paces
from .recipients import EVERYBODY, Recipients

BUSIEST: Final = 50
"""Open rooms in everybody's window."""

SOONEST: Final = 20
"""Scheduled rooms in everybody's window."""

PUBLIC_RATE: Final = 3
"""Rows a second with new numbers of rooms in everybody's window. One a second may also come or go."""

OWN_RATE: Final = 1
"""Rows a second with new numbers of the other rooms in a user's window. So it is 5 at most in all."""

LARGEST: Final = 60_000
"""Bytes of the rows with which a stream begins. Those of clubs, and then the least busy, are left out; they page."""


class Reach(NamedTuple):
    """In whose own windows a room is: of these users, and of those who follow its club or are invited to it."""

    owners: frozenset[UserId]
    club: ClubId | None = None
    invited: bool = False


class HallwayWindows:
    """The rows, and in whose windows they are. `empty_after`: how long an empty room stays; None: for ever."""

    def __init__(
        self, changes: HallwayChanges, users: HallwayUsers, empty_after: timedelta | None
    ) -> None:
        self.rows: dict[RoomId, Row] = {}
        self._changes = changes
        self._users = users
        self._empty_after = empty_after
        self._busiest = Busiest(BUSIEST, lambda score: max(1.0, score / 10))
        self._soonest = Busiest(SOONEST)
        self._of_club: Multimap[ClubId, RoomId] = Multimap()
        self._of_owner: Multimap[UserId, RoomId] = Multimap()
        self._empty_since: dict[RoomId, datetime] = {}
        self._left_out: set[RoomId] = set()  # empty for too long
        self._opens_at: dict[RoomId, datetime] = {}
        self._public_pace = Pace(PUBLIC_RATE)
        self._club_paces: Paces[ClubId] = Paces(OWN_RATE)
        self._own_paces: Paces[UserId] = Paces(OWN_RATE)

    def put(self, row: Row) -> None:
        """A room as it is now."""
        before = self.rows.get(row.room)
        if before == row:
            return
        was = Reach(frozenset()) if before is None else self._reach(before)
        self.rows[row.room] = row
        self._index(before, row)
        self._rank(row)
        now = self._reach(row)
        if before is not None and was == now and row.differs_in_numbers_only(before):
            self._add_numbers(row, now)
            return
        received = self._recipients(row, was)
        recipients = self._recipients(row, now)
        self._discard_numbers(row)
        self._changes.add(row.hidden, received.minus(recipients))
        self._changes.add(row.frame, recipients)

    def remove(self, room: RoomId, ended: Frame) -> None:
        """The room has ended, or was deleted."""
        row = self.rows.get(room)
        if row is None:
            return
        self._changes.add(ended, self._recipients(row, self._reach(row)))
        self._discard_numbers(row)
        self._index(row, None)
        self._busiest.discard(room)
        self._soonest.discard(room)
        self._left_out.discard(room)
        del self.rows[room]

    def opens_at(self) -> datetime | None:
        """When the next scheduled room opens; None if no room is scheduled."""
        return min(self._opens_at.values(), default=None)

    def settle(self) -> None:
        """All rooms were put for the first time: choose those for everybody. Nobody follows yet."""
        self._busiest.settle()
        self._soonest.settle()

    def send(self) -> None:
        """Send what changed, and the numbers whose turn it is."""
        now = asyncio.get_running_loop().time()
        for room in self._public_pace.due(now):
            if self._is_public(room):
                self._changes.add(self.rows[room].frame, EVERYBODY)
        for _, room in self._club_paces.due(now):
            if room in self.rows:
                self._add_to_users(self.rows[room])
        due: defaultdict[RoomId, set[UserId]] = defaultdict(set)
        for user, room in self._own_paces.due(now):
            # It may have changed meanwhile who may see the room.
            if room in self.rows and not self._is_public(room) and self._may_receive(user, room):
                due[room].add(user)
        for room, users in due.items():
            self._changes.add(self.rows[room].frame, Recipients(frozenset(users)))
        self._changes.send(now)

    def move(self) -> None:
        """Let at most one room come into everybody's window or go."""
        for places in (self._busiest, self._soonest):
            if (room := places.move()) is not None:
                row = self.rows[room]
                others = EVERYBODY.minus(self._recipients(row, self._own_reach(row)))
                self._changes.add(row.frame if room in places.rooms else row.hidden, others)
                return

    def leave_out(self) -> None:
        """Take rooms that were empty for too long out of the windows, except their hosts'."""
        if self._empty_after is None:
            return
        before = datetime.now(UTC) - self._empty_after
        for room in [room for room, since in self._empty_since.items() if since <= before]:
            row = self.rows[room]
            received = self._recipients(row, self._reach(row))
            del self._empty_since[room]
            self._left_out.add(room)
            self._busiest.discard(room)
            host = self._recipients(row, self._reach(row))
            self._changes.add(row.hidden, received.minus(host))

    def snapshot(self, user: UserId | None) -> str:
        """A user's window as a JSON array."""
        left, texts = LARGEST, []
        for row in self._window(user):
            left -= row.size + 1
            if left < 0:
                break
            texts.append(row.text)
        return f"[{','.join(texts)}]"

    def begin_again(self, user: UserId) -> None:
        """Other rooms are in this user's window than before: send all of it."""
        self._own_paces.forget(user)
        self._changes.begin_again(user)

    def forget(self, user: UserId) -> None:
        """This user does not follow any more."""
        self._own_paces.forget(user)
        self._changes.forget(user)

    def _window(self, user: UserId | None) -> Iterator[Row]:
        """The rows of this window. Those to leave out if they are too many come last."""
        busiest = sorted(self._busiest.rooms, key=lambda room: (-self.rows[room].here, room))
        rooms: Iterable[RoomId] = chain(sorted(self._soonest.rooms), busiest)
        if user is not None:
            window = self._users[user]
            own = chain(sorted(self._of_owner[user]), sorted(window.rooms & self.rows.keys()))
            clubs = (room for club in sorted(window.clubs) for room in sorted(self._of_club[club]))
            rooms = filter(
                partial(self._may_receive, user), dict.fromkeys(chain(own, rooms, clubs))
            )
        return map(self.rows.__getitem__, rooms)

    def _is_public(self, room: RoomId) -> bool:
        """Whether it is in everybody's window."""
        return room in self._busiest.rooms or room in self._soonest.rooms

    def _may_receive(self, user: UserId, room: RoomId) -> bool:
        """Whether it is in this user's window if the user follows it."""
        row = self.rows[room]
        return row.may_be_seen_by(user) and (room not in self._left_out or user == row.host)

    def _reach(self, row: Row) -> Reach | None:
        """In whose windows it is; None: in everybody's."""
        return None if self._is_public(row.room) else self._own_reach(row)

    def _own_reach(self, row: Row) -> Reach:
        if row.room in self._left_out:
            return Reach(frozenset((row.host,)))
        if row.readers is not None:
            return Reach(row.owners)
        return Reach(row.owners, row.club, invited=True)

    def _recipients(self, row: Row, reach: Reach | None) -> Recipients:
        if reach is None:
            return EVERYBODY
        followers = self._users.of(reach.club, row.room) if reach.invited else ()
        return Recipients(reach.owners.union(followers))

    def _add_numbers(self, row: Row, reach: Reach | None) -> None:
        if reach is None:
            self._public_pace.add(row.room)
        elif reach.club is None:
            self._add_to_users(row)
        else:
            # The followers of the club are looked at once for each row that they are sent.
            self._club_paces.add(reach.club, row.room)

    def _add_to_users(self, row: Row) -> None:
        for user in self._recipients(row, self._own_reach(row)).users:
            if user in self._users:
                self._own_paces.add(user, row.room)

    def _discard_numbers(self, row: Row) -> None:
        """They were sent with another change."""
        self._public_pace.discard(row.room)
        if row.club is not None:
            self._club_paces.discard(row.club, row.room)

    def _rank(self, row: Row) -> None:
        """Give it a place in everybody's window, or take it away, and see since when it is empty."""
        room, opens_at, since = row.room, row.opens_at, row.empty_since
        opened = room in self._soonest.rooms
        self._left_out.discard(room)
        self._empty_since.pop(room, None)
        if since is not None and self._empty_after is not None:
            if since <= datetime.now(UTC) - self._empty_after:
                self._left_out.add(room)
            else:
                self._empty_since[room] = since
        if row.readers is not None or room in self._left_out:
            self._busiest.discard(room)
            self._soonest.discard(room)
        elif opens_at is not None:
            self._busiest.discard(room)
            self._soonest.put(room, -opens_at.timestamp())
        else:
            self._soonest.discard(room)
            self._busiest.put(room, row.here, has_place=opened)

    def _index(self, before: Row | None, after: Row | None) -> None:
        """Note its club, its owners, and when it opens."""
        for row, change in ((before, Multimap.discard), (after, Multimap.add)):
            if row is not None:
                for owner in row.owners:
                    change(self._of_owner, owner, row.room)
                if row.club is not None:
                    change(self._of_club, row.club, row.room)
        row = after or before
        assert row is not None
        self._opens_at.pop(row.room, None)
        if after is None:
            self._empty_since.pop(row.room, None)
        elif (opens_at := after.opens_at) is not None:
            self._opens_at[row.room] = opens_at
