"""The events of a room, typed, as they are read from the frames of its log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ...types import Cursor, PeerId, RoomId, UserId
from .client import Frame

SignalKind = Literal["offer", "answer", "candidate", "bye", "connected"]
ON_STAGE = frozenset({"HOST", "MODERATOR", "SPEAKER"})
NODES = frozenset({"sfu", "mcu", "edge"})


@dataclass(frozen=True, slots=True)
class Seat:
    """A participant's seat; `record` is the whole row."""

    user: UserId
    username: str
    peer: PeerId | None
    kind: str
    role: str
    muted: bool
    seq: int
    record: Mapping[str, Any]

    @property
    def may_speak(self) -> bool:
        """Whether the role may speak."""
        return self.role in ON_STAGE

    @property
    def invited(self) -> bool:
        """Whether it is in the audience and was invited to speak, which it may accept at any moment."""
        return not self.may_speak and self.record.get("invited_to_speak_at") is not None

    @property
    def may_come_to_speak(self) -> bool:
        """Whether it may be heard from one moment to the next, so that a connection must be there before."""
        return self.may_speak or self.invited

    @property
    def audible(self) -> bool:
        """Whether its audio is played: receivers decide, whatever the sender's client sends."""
        return self.may_speak and not self.muted

    @property
    def is_quiet(self) -> bool:
        """Whether it is in the audience and neither raises a hand nor is invited to speak: while the roster is counted, only a number."""
        return not (self.may_speak or self.invited or self.record.get("hand_raised_at"))

    @property
    def is_node(self) -> bool:
        return self.kind in NODES

    @property
    def edge(self) -> PeerId | None:
        """The session of the edge from which it gets the room's mix; None: it is connected with the stage."""
        edge = self.record.get("edge")
        return None if edge is None else PeerId(edge)

    @property
    def offers(self) -> bool:
        """Whether it listens by WHEP: it offers its only connection itself."""
        return bool(self.record.get("offers"))


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal for this session, as it was written; `body` is the W3C dictionary verbatim.

    `seat` is the sender's, with an offer of one in the audience of a counted room, of whose seat nobody else learns.
    """

    id: int
    from_peer: PeerId
    kind: SignalKind
    body: Any
    from_user: int = 0
    seat: Seat | None = None


@dataclass(frozen=True, slots=True)
class Audience:
    """How many are in a room whose roster is counted; at most four a second."""

    here: int
    on_stage: int
    audience: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The room as it is now; it replaces everything that was known. `peer` is my session.

    `audience` is None while the roster is full; else `partners` are the users whose seats are known to this session alone. `recording` is the one that runs. With another `epoch` than before, the log was lost, and with it the signals that were on their way.
    """

    room_id: RoomId
    peer: PeerId
    epoch: int
    room: Mapping[str, Any]
    seats: tuple[Seat, ...]
    signals: tuple[Signal, ...]
    recording: Mapping[str, Any] | None = None
    own: UserId | None = None
    audience: Audience | None = None
    partners: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class SeatChanged:
    """A participant joined, or a seat changed; `seat.peer` is None for a host who is away."""

    seat: Seat


@dataclass(frozen=True, slots=True)
class SeatGone:
    """A participant left. The reason is `left`, `timeout`, `removed` or `room ended`."""

    seat: Seat
    reason: str


@dataclass(frozen=True, slots=True)
class RoomChanged:
    """The room's own row changed."""

    room: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Changed:
    """A change of another table of the room, for example chat or reactions."""

    table: str
    type: str
    record: Mapping[str, Any] | None
    old_record: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Ended:
    """The session has ended; always the last event. A `bye`'s reason, or the rule that refused the seat."""

    reason: str


Event = Snapshot | SeatChanged | SeatGone | RoomChanged | Signal | Audience | Changed | Ended


def seat_of(record: Mapping[str, Any]) -> Seat:
    """The seat in a participant's record, as snapshots and events have it."""
    peer = record["peer_id"]
    return Seat(
        user=UserId(record["user_id"]),
        username=record["username"],
        peer=None if peer is None else PeerId(peer),
        kind=record["kind"],
        role=record["role"],
        muted=record["muted"],
        seq=record["seq"] or 0,
        record=record,
    )


def signal_of(record: Mapping[str, Any]) -> Signal:
    """A row of `signals`."""
    return Signal(
        id=record["id"],
        from_peer=PeerId(record["from_peer"]),
        kind=record["kind"],
        body=record["body"],
        from_user=record["from_user"],
        seat=seat_of(record["seat"]) if "seat" in record else None,
    )


def audience_of(data: Mapping[str, Any]) -> Audience:
    return Audience(data["here"], data["on_stage"], data["audience"])


def snapshot_of(room_id: RoomId, peer: PeerId, data: Mapping[str, Any]) -> Snapshot:
    return Snapshot(
        room_id=room_id,
        peer=peer,
        epoch=Cursor.parse(data["cursor"]).epoch,
        room=data["room"],
        seats=tuple(map(seat_of, [*data["participants"], *data.get("seats", ())])),
        signals=tuple(map(signal_of, data["signals"])),
        recording=data.get("recording"),
        own=data.get("user_id"),
        audience=audience_of(data["audience"]) if "audience" in data else None,
        partners=frozenset(seat["user_id"] for seat in data.get("seats", ())),
    )


def event_of(frame: Frame) -> Event | None:
    """The event in a frame of a room's log; None for a frame that is not about the room (the hallway)."""
    data = frame.data
    match frame.event:
        case "participants" if data["type"] == "DELETE":
            return SeatGone(seat_of(data["old_record"]), data.get("reason") or "left")
        case "participants":
            return SeatChanged(seat_of(data["record"]))
        case "signals":
            return signal_of(data["record"])
        case "rooms" if data["record"] is not None:
            return RoomChanged(data["record"])
        case "audience":
            return audience_of(data)
    if "seq" not in data or "table" not in data:
        return None
    return Changed(frame.event, data["type"], data["record"], data["old_record"])
