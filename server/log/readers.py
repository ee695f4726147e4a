"""The readers of a log, or of the hallway. Those that have received everything are written to in one loop; the others fetch by themselves."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from ..types import UserId
from .multimap import Multimap
from .subscriber import Subscriber
from .writers import Outlet, Sent, Writers


class AnyReader(Protocol):
    """A position of one user's subscriber."""

    @property
    def user(self) -> UserId | None: ...

    @property
    def subscriber(self) -> Subscriber: ...


R = TypeVar("R", bound=AnyReader)


class Readers(Generic[R]):
    """`written_at` is when something was last written to all readers in the loop, by the loop's clock."""

    def __init__(self, sent: Sent) -> None:
        self.written_at = 0.0
        self._writers = Writers(sent)
        self._waiting: set[R] = set()  # those that `_writers` does not write to
        self._readers: Multimap[UserId | None, R] = Multimap()

    def subscribe(self, reader: R) -> None:
        self._waiting.add(reader)
        self._readers.add(reader.user, reader)

    def unsubscribe(self, reader: R) -> None:
        self._waiting.discard(reader)
        self._readers.discard(reader.user, reader)

    def join(self, reader: R, outlet: Outlet) -> None:
        """Write what is new to this outlet from now on."""
        self._waiting.discard(reader)
        self._writers.add(outlet)

    def leave(self, reader: R, outlet: Outlet) -> None:
        self._writers.discard(outlet)
        self._waiting.add(reader)

    def advance_all(self) -> None:
        for reader in self._readers.values():
            reader.subscriber.advance()
