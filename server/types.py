"""The vocabulary: types that every module uses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NewType

RoomId = NewType("RoomId", int)
UserId = NewType("UserId", int)
InvitationId = NewType("InvitationId", int)
ClubId = NewType("ClubId", int)
PeerId = NewType("PeerId", str)
"""One session of a seat (a UUID). Requests with the `peer_id` of an older session are refused."""

NodeId = NewType("NodeId", str)
"""One running process that holds a lease in `nodes`: a relay or a media node."""

Claims = Mapping[str, object]
"""A token's verified claims (RFC 7519). Empty for an anonymous user."""

_CURSOR = re.compile(r"([0-9]{1,18})-([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position in one room's log, written `<epoch>-<seq>`.

    The epoch changes when a log is lost (a crash empties UNLOGGED tables, PostgreSQL manual,
    CREATE TABLE), so a position in a lost log is never taken for one in the new log.
    """

    epoch: int
    seq: int

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Read `<epoch>-<seq>`. Raises ValueError for any other text."""
        match = _CURSOR.fullmatch(text)
        if match is None:
            raise ValueError(f"not a cursor: {text[:60]!r}")
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.epoch}-{self.seq}"


NOT_READ_YET: Final = Cursor(0, 0)
"""The cursor of a session that has not read its room's log yet. No log has this epoch."""
