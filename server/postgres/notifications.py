"""What a NOTIFY on our channel may say, read strictly: any login can send one, so a payload is untrusted input.

A payload that is exactly one of the nine below becomes a notification; everything else is counted and ignored. A valid one
can still be false. It only says what to read, so a false one costs a read that finds nothing new, and a token bucket
limits how many of those there are per second.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, NoReturn, TypeVar, assert_never

from ..types import ClubId, InvitationId, NodeId, RoomId, UserId

CHANNEL: Final = "roomtone"
LONGEST: Final = 256  # characters; the triggers write 150 at most
GREATEST: Final = 2**63 - 1  # a bigint
LOGGED_EVERY: Final = 60.0  # seconds between two log lines about payloads that were ignored
MOST_WAITING: Final = 5000
"""Ids that wait to be looked up; beyond that it is cheaper to read everything."""

MOST_AT_ONCE: Final = 500  # ids looked up in one statement

K = TypeVar("K")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RoomChanged:
    """Something was committed: `seq` is the transaction's first event in the room's log, `hallway` the newest change of its row in the hallway."""

    room: RoomId
    seq: int
    hallway: int


@dataclass(frozen=True, slots=True)
class InvitationChanged:
    """An invitation was made, answered or withdrawn."""

    invitation: InvitationId


@dataclass(frozen=True, slots=True)
class ClubChanged:
    """A club, its members, followers, invitations or rooms changed."""

    club: ClubId


@dataclass(frozen=True, slots=True)
class TokenRevoked:
    """A token was revoked; `digest` is that of its id and does not reveal the id."""

    digest: str


@dataclass(frozen=True, slots=True)
class UserDisabled:
    """A user was disabled."""

    user: UserId


@dataclass(frozen=True, slots=True)
class UserChanged:
    """What this user follows, belongs to or waits for changed, and with it perhaps their window of the hallway."""

    user: UserId


@dataclass(frozen=True, slots=True)
class PersonMoved:
    """A user whom others follow has come into a room that everybody may see, or has left it."""

    person: UserId


@dataclass(frozen=True, slots=True)
class RecordingDeleted:
    """A recording was deleted, and its file is to be removed."""

    recording: int


@dataclass(frozen=True, slots=True)
class NodeAssigned:
    """A media node was assigned a room."""

    node: NodeId


Notification = (
    RoomChanged
    | InvitationChanged
    | ClubChanged
    | TokenRevoked
    | UserDisabled
    | UserChanged
    | PersonMoved
    | RecordingDeleted
    | NodeAssigned
)


def payload_of(notification: Notification) -> str:
    """The payload that the triggers write for it."""
    fields: dict[str, object]
    match notification:
        case RoomChanged(room=room, seq=seq, hallway=hallway):
            fields = {"room": room, "seq": seq, "hallway": hallway}
        case InvitationChanged(invitation=invitation):
            fields = {"invitation": invitation}
        case ClubChanged(club=club):
            fields = {"club": club}
        case TokenRevoked(digest=digest):
            fields = {"signed_out": digest}
        case UserDisabled(user=user):
            fields = {"disabled": user}
        case UserChanged(user=user):
            fields = {"user": user}
        case PersonMoved(person=person):
            fields = {"person": person}
        case RecordingDeleted(recording=recording):
            fields = {"recording": recording}
        case NodeAssigned(node=node):
            fields = {"node": node}
        case _:
            assert_never(notification)
    return json.dumps(fields)


class NotificationParser:
    """Reads payloads. `malformed` counts those that were ignored; they are logged once a minute at most."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.malformed = 0
        self._clock = clock
        self._logged_at = float("-inf")
        self._not_logged = 0

    def parse(self, payload: str) -> Notification | None:
        """The notification, or None if Roomtone does not send such payloads."""
        try:
            return _notification(payload)
        except (ValueError, RecursionError):
            self._ignore(payload)
            return None

    def _ignore(self, payload: str) -> None:
        self.malformed += 1
        self._not_logged += 1
        now = self._clock()
        if now - self._logged_at >= LOGGED_EVERY:
            log.warning(
                "ignored %d notifications on channel %s that Roomtone does not send; the last: %.80r",
                self._not_logged, CHANNEL, payload,
            )  # fmt: skip
            self._logged_at, self._not_logged = now, 0


def _notification(payload: str) -> Notification:
    """Raises ValueError or RecursionError for everything that the triggers do not write."""
    if len(payload) > LONGEST:
        raise ValueError("too long")
    fields = json.loads(
        payload, object_pairs_hook=_object, parse_float=_refuse, parse_constant=_refuse
    )
    if not isinstance(fields, dict):
        raise ValueError("not an object")
    match sorted(fields):
        case ["hallway", "room", "seq"]:
            return RoomChanged(
                RoomId(_number(fields["room"], 1)),
                _number(fields["seq"], 1),
                _number(fields["hallway"], 0),
            )
        case ["invitation"]:
            return InvitationChanged(InvitationId(_number(fields["invitation"], 1)))
        case ["club"]:
            return ClubChanged(ClubId(_number(fields["club"], 1)))
        case ["signed_out"]:
            return TokenRevoked(_text(fields["signed_out"], _DIGEST))
        case ["disabled"]:
            return UserDisabled(UserId(_number(fields["disabled"], 1)))
        case ["user"]:
            return UserChanged(UserId(_number(fields["user"], 1)))
        case ["person"]:
            return PersonMoved(UserId(_number(fields["person"], 1)))
        case ["recording"]:
            return RecordingDeleted(_number(fields["recording"], 1))
        case ["node"]:
            return NodeAssigned(NodeId(_text(fields["node"], _NODE)))
    raise ValueError("unknown keys")


_DIGEST = re.compile(r"[0-9a-f]{32}", re.ASCII)  # md5, as tg_revoked_tokens__notify makes it
_NODE = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,80}")  # nodes_id_is_short


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("the same key twice")
    return found


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"not a whole number: {text[:20]}")


def _number(value: object, least: int) -> int:
    # type() and not isinstance: true and false are ints to Python
    if type(value) is not int or not least <= value <= GREATEST:
        raise ValueError("not a number in range")
    return value


def _text(value: object, form: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not form.fullmatch(value):
        raise ValueError("not a text of this form")
    return value


class Backlog(Generic[K]):
    """Ids from notifications, each once, oldest first. How many wait is bounded, and how many are taken at once."""

    def __init__(self) -> None:
        self._waiting: dict[K, None] = {}

    def add(self, key: K) -> bool:
        """Keep this id; false if too many wait already, and everything has to be read instead."""
        if len(self._waiting) >= MOST_WAITING and key not in self._waiting:
            return False
        self._waiting[key] = None
        return True

    def take(self) -> list[K]:
        """Remove and return the oldest."""
        taken = list(self._waiting)[:MOST_AT_ONCE]
        for key in taken:
            del self._waiting[key]
        return taken

    def put_back(self, keys: list[K]) -> None:
        """These could not be looked up: they wait again, before all others."""
        self._waiting = dict.fromkeys(keys) | self._waiting

    def __contains__(self, key: K) -> bool:
        return key in self._waiting

    def __len__(self) -> int:
        return len(self._waiting)
