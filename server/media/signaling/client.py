"""The interface of a signaling client: everything that a peer needs of signaling.

It writes rows and follows a room's log. There are two implementations: `database_client.py` uses the database directly,
`http_client.py` the relay's HTTP interface.
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
    """The user of a client."""

    id: UserId
    username: str


@dataclass(frozen=True, slots=True)
class Frame:
    """One event of a followed room, in the shape that all techniques have.

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
    """Enough on one network."""
    return Ice()


class ConnectionLost(Exception):
    """The request failed for a temporary reason: try again after a while."""


@dataclass
class Refused(Exception):
    """The request was refused, and would be refused again. Branch on `rule`; the rest is for people.

    `code` is a SQLSTATE or one of PostgREST's codes.
    """

    message: str
    code: str = ""
    rule: str | None = None
    hint: str | None = field(default=None)

    def __str__(self) -> str:
        return f"{self.message}. {self.hint}" if self.hint else self.message


class SignalingClient(Protocol):
    """The signaling client of one user. Each method but `ice` raises `Refused` or `ConnectionLost`."""

    @property
    def user(self) -> User: ...

    async def call(self, function: str, **arguments: Any) -> Any:
        """What a function of the database returns: `call("join_room", room_id=1)`."""

    async def insert(self, table: str, rows: Sequence[Row]) -> list[dict[str, Any]]:
        """Write rows in one transaction; returns the rows as stored, as far as the user may see them."""

    async def select(self, relation: str, *columns: str, **equals: Any) -> list[dict[str, Any]]:
        """These columns of a table's or view's rows whose other columns have these values."""

    def follow(
        self, room: RoomId, peer: PeerId, after: Cursor | None
    ) -> AsyncGenerator[Frame, None]:
        """Follow the room's log without end, which keeps this seat.

        Without a cursor, or when the log does not reach back to it, a whole `snapshot` comes first. The
        last frame is a `bye` when the other side ends it.
        """

    async def why_gone(self, room: RoomId, peer: PeerId) -> str | None:
        """Why the seat is no longer this session's; None if the log cannot tell (any more)."""

    async def ice(self) -> Ice:
        """The servers to find others by. TURN credentials expire, so this is asked before each connection.

        It never fails: when the servers cannot be asked for again, what was known stays, above all that only TURN may be used.
        """
