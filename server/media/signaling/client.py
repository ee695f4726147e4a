"""A line to a room's database: what a peer needs of signaling, and all of it.

Rows go out, frames of a room's log come in. There are two: over the database itself, and over the relay's
HTTP interface alone. Whoever holds one cannot tell which, and a third needs nothing but these methods.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ...formats.media_addresses import Reach
from ...types import Cursor, PeerId, RoomId, UserId

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class User:
    """Who holds the line."""

    id: UserId
    username: str


@dataclass(frozen=True, slots=True)
class Frame:
    """One event of a followed room, in the shape all techniques share.

    `event` is a table's name, or one of `snapshot`, `hallway`, `bye`; `cursor` is where to resume after it.
    """

    event: str
    data: dict[str, Any]
    cursor: Cursor | None = None


@dataclass(frozen=True, slots=True)
class Ice:
    """The servers by which peers find each other, an RTCConfiguration (W3C WebRTC, 4.2.1), and where media may be sent."""

    servers: Sequence[Mapping[str, Any]] = ()
    relay_only: bool = False
    reach: Reach = Reach()  # noqa: RUF009 - frozen


async def no_servers() -> Ice:
    """What suffices on one network."""
    return Ice()


class ConnectionLost(Exception):
    """It failed for a reason that passes: try again after a while."""


@dataclass
class Refused(Exception):
    """It was refused, and would be again. `rule` is what to branch on; the rest is for people.

    `code` is a SQLSTATE or one of PostgREST's codes.
    """

    message: str
    code: str = ""
    rule: str | None = None
    hint: str | None = field(default=None)

    def __str__(self) -> str:
        return f"{self.message}. {self.hint}" if self.hint else self.message


class SignalingClient(Protocol):
    """Somebody's line. Each method but `ice` raises `Refused` or `ConnectionLost`."""

    @property
    def user(self) -> User: ...

    async def call(self, function: str, **arguments: Any) -> Any:
        """What a function of the database returns: `call("join_room", room_id=1)`."""

    async def insert(self, table: str, rows: Sequence[Row]) -> list[dict[str, Any]]:
        """Write rows in one transaction; the rows as stored, as far as they may be seen."""

    async def select(self, relation: str, *columns: str, **equals: Any) -> list[dict[str, Any]]:
        """These columns of a table's or view's rows, where others equal these values."""

    def follow(
        self, room: RoomId, peer: PeerId, after: Cursor | None
    ) -> AsyncGenerator[Frame, None]:
        """The room's log on this seat, without end, which keeps the seat.

        Without a cursor, or when the log does not reach back to it, a whole `snapshot` comes first. The
        last frame is a `bye` when the other side ends it.
        """

    async def why_gone(self, room: RoomId, peer: PeerId, after: Cursor) -> str | None:
        """Why the seat stopped being this session's after a cursor; None if the log cannot tell."""

    async def ice(self) -> Ice:
        """The servers to find others by. TURN credentials expire, so this is asked before each connection.

        It never fails: when the servers cannot be asked for again, what was known stays, above all that only TURN may be used.
        """
