"""The latest changes of the hallway, and who reads them.

Changes for everybody are kept once, those for some users with each of these: nobody looks through the changes for others.
A reader that has received all of them is written to in one loop (`../log/writers.py`). Any other has a position.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from ..log.frame import Frame
from ..log.readers import Readers
from ..log.subscriber import Subscriber
from ..log.writers import Outlet, Sent
from ..types import UserId
from .recipients import Recipients

CHANGES_KEPT: Final = 256
OWN_CHANGES_KEPT: Final = 32  # of one user


@dataclass(frozen=True, slots=True)
class Change:
    """The change that made this version of the hallway, and who may receive it."""

    version: int
    frame: Frame
    recipients: Recipients


class Kept:
    """The newest changes. `lost` is the version of the newest that is not kept."""

    __slots__ = ("_changes", "_most", "lost")

    def __init__(self, most: int, lost: int = 0) -> None:
        self._changes: deque[Change] = deque()
        self._most = most
        self.lost = lost

    def append(self, change: Change) -> None:
        self._changes.append(change)
        if len(self._changes) > self._most:
            self.lost = self._changes.popleft().version

    def lose(self, version: int) -> None:
        """Everybody who reads these has to read the hallway again."""
        self._changes.clear()
        self.lost = version

    def after(self, version: int) -> list[Change]:
        """The changes after this version, newest first."""
        return [*takewhile(lambda change: change.version > version, reversed(self._changes))]


class HallwayReader:
    """How many of the hallway's changes one subscriber has received."""

    __slots__ = ("_changes", "_outlet", "_seen", "subscriber", "user")

    def __init__(
        self, changes: HallwayChanges, subscriber: Subscriber, user: UserId | None
    ) -> None:
        self._changes = changes
        self._outlet: Outlet | None = None
        self._seen = -1
        self.subscriber = subscriber
        self.user = user

    @property
    def seen(self) -> int:
        return self._seen if self._outlet is None else self._changes.version

    @seen.setter
    def seen(self, version: int) -> None:
        self._seen = version

    @property
    def written_at(self) -> float:
        """When something was last written to all readers, by the loop's clock."""
        return self._changes.written_at

    def join(self, outlet: Outlet) -> None:
        """Have changes for everybody written to this outlet at once. The reader has received all before."""
        self._outlet = outlet
        self._changes.join(self, outlet)

    def leave(self) -> None:
        """Take what is new again, from here on."""
        if self._outlet is not None:
            self._seen = self._changes.version
            self._changes.leave(self, self._outlet)
            self._outlet = None

    def close(self) -> None:
        self.leave()
        self._changes.unsubscribe(self)


class HallwayChanges(Readers[HallwayReader]):
    """Numbered changes, of which the newest are kept: those for everybody, and those for each user who follows."""

    def __init__(self, sent: Sent) -> None:
        super().__init__(sent)
        self.version = 0
        self._public = Kept(CHANGES_KEPT)
        self._own: dict[UserId, Kept] = {}
        self._unsent: list[Change] = []

    def subscribe(self, reader: HallwayReader) -> None:
        super().subscribe(reader)
        if reader.user is not None and reader.user not in self._own:
            self._own[reader.user] = Kept(OWN_CHANGES_KEPT, self.version)

    def is_followed(self, user: UserId) -> bool:
        """Whether this user has a reader."""
        return user in self._readers

    def forget(self, user: UserId) -> None:
        """Keep nothing for this user until they come back, and then read the hallway again."""
        self._own.pop(user, None)

    def begin_again(self, user: UserId) -> None:
        """Send this user the hallway again: other rooms are in their window."""
        own = self._own.get(user)
        if own is not None:
            readers = self._readers[user]
            for reader in readers:
                reader.leave()
            self.version += 1
            own.lose(self.version)
            for reader in readers:
                reader.subscriber.advance()

    def add(self, frame: Frame, recipients: Recipients) -> None:
        """A change that `send` will send."""
        if recipients:
            version = self.version + len(self._unsent) + 1
            self._unsent.append(Change(version, frame, recipients))

    def send(self, now: float) -> None:
        """Send what was added: to all that are written to at once, and to each named user what is theirs."""
        changes, self._unsent = self._unsent, []
        named = {user for each in changes for user in each.recipients.users}
        own = [reader for user in named for reader in self._readers[user]]
        for reader in own:
            reader.leave()  # before these changes
        self.version += len(changes)
        for change in changes:
            if change.recipients.all_except:
                self._public.append(change)
            else:
                for user in change.recipients.users & self._own.keys():
                    self._own[user].append(change)
        public = [each.frame for each in changes if each.recipients.all_except]
        if public:
            self.written_at = now
            self._writers.send(public)
        for reader in tuple(self._waiting) if public else own:
            reader.subscriber.advance()

    def after(self, reader: HallwayReader) -> list[Frame] | None:
        """The changes that this reader has not received; None if they are not all kept."""
        seen = reader.seen
        if seen == self.version:
            return []
        own = None if reader.user is None else self._own.get(reader.user)
        if seen < self._public.lost or (own is not None and seen < own.lost):
            return None
        public = [change for change in self._public.after(seen) if reader.user in change.recipients]
        if own is None or not (mine := own.after(seen)):
            return [change.frame for change in reversed(public)]
        return [change.frame for change in sorted(public + mine, key=lambda each: each.version)]
