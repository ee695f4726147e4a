"""The latest changes of the hallway, and who reads them.

A reader that has received all of them is written to in one loop (`../log/writers.py`). Any other has a position.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

from ..log.frame import Frame
from ..log.readers import Readers
from ..log.subscriber import Subscriber
from ..log.writers import Outlet, Sent
from ..types import UserId
from .recipients import EVERYBODY, Recipients

CHANGES_KEPT: Final = 256


@dataclass(frozen=True, slots=True)
class Change:
    """The change that made this version of the hallway, and who may receive it."""

    version: int
    frame: Frame
    recipients: Recipients


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
    """Numbered changes, of which the newest are kept."""

    def __init__(self, sent: Sent) -> None:
        super().__init__(sent)
        self.version = 0
        self._recent: deque[Change] = deque(maxlen=CHANGES_KEPT)
        self._unsent: list[Change] = []

    def add(self, frame: Frame, recipients: Recipients) -> None:
        """A change that `send` will send."""
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
        self._recent.extend(changes)
        public = [each.frame for each in changes if each.recipients.all_except]
        if public:
            self.written_at = now
            self._writers.send(public)
        for reader in tuple(self._waiting) if public else own:
            reader.subscriber.advance()

    def after(self, reader: HallwayReader) -> list[Frame] | None:
        """The changes that this reader has not received; None if they are not all kept."""
        if reader.seen == self.version:
            return []
        if not self._recent or reader.seen + 1 < self._recent[0].version:
            return None
        return [
            change.frame
            for change in self._recent
            if change.version > reader.seen
            and (change.recipients is EVERYBODY or reader.user in change.recipients)
        ]
