"""A row of the hallway, as the database returns it to relays."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from ..log import control_events
from ..log.frame import Frame
from ..types import ClubId, Cursor, RoomId, UserId

NUMBERS: Final = frozenset({"here", "on_stage", "people", "empty_since", "cursor"})
"""What changes as people come and go. A change of these alone is sent at a limited rate."""


@dataclass(frozen=True)
class Row:
    """A room of the hallway. `readers`: the only users who may see it; None if everybody may."""

    text: str
    fields: dict[str, Any] = field(compare=False)
    readers: frozenset[UserId] | None = None

    @classmethod
    def of(cls, fields: dict[str, Any], text: str) -> Row:
        """Of the JSON object that hallway_rows returns. The list of its readers is not sent to them."""
        if "readers" not in fields:
            return cls(text, fields)
        readers = fields.pop("readers")
        text = json.dumps(fields)
        return cls(text, fields, None if readers is None else frozenset(map(UserId, readers)))

    @property
    def room(self) -> RoomId:
        return RoomId(self.fields["id"])

    @property
    def club(self) -> ClubId | None:
        club = self.fields["club_id"]
        return None if club is None else ClubId(club)

    @property
    def host(self) -> UserId:
        return UserId(self.fields["host_id"])

    @property
    def owners(self) -> frozenset[UserId]:
        """The users in whose windows it is, whatever they follow."""
        hosts = frozenset((self.host, *map(UserId, self.fields.get("co_host_ids", ()))))
        return hosts if self.readers is None else self.readers | hosts

    def may_be_seen_by(self, user: UserId) -> bool:
        return self.readers is None or user in self.owners

    @property
    def here(self) -> int:
        return int(self.fields["here"])

    @property
    def opens_at(self) -> datetime | None:
        """When it opens, if it is scheduled."""
        scheduled = self.fields["scheduled"]
        return datetime.fromisoformat(self.fields["starts_at"]) if scheduled else None

    @property
    def empty_since(self) -> datetime | None:
        since = self.fields["empty_since"]
        return None if since is None else datetime.fromisoformat(since)

    @cached_property
    def head(self) -> int:
        """Position of its newest change."""
        return Cursor.parse(self.fields["cursor"]).seq

    @cached_property
    def frame(self) -> Frame:
        return control_events.hallway(self.text)

    @cached_property
    def size(self) -> int:
        return len(self.text.encode())

    @property
    def hidden(self) -> Frame:
        """Sent to a user in whose window it is no longer."""
        gone = {"id": self.room, "hidden": True, "cursor": self.fields["cursor"]}
        return control_events.hallway(json.dumps(gone))

    def differs_in_numbers_only(self, other: Row) -> bool:
        mine, others = self.fields, other.fields
        return all(mine[name] == others.get(name) for name in mine.keys() - NUMBERS)
