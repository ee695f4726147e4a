"""Which node a room's audio goes through, and which voices it has. Pure.

A voice is what one track of a node brings: the audio of one user (`user-7`, from an SFU) or of all speakers (`mix`, from an
MCU). Its name is the stream id in `a=msid:` of the node's answer (RFC 8830). client_web/media/node_rules.js has the same rules;
tests/conformance/routes.json checks both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from ..types import UserId
from .signaling.events import Seat

EDGE: Final = "edge"
MIX: Final = "mix"
NOBODY: Final = "nobody"
"""The stream id of a media section that has no voice at the moment."""


def voice_of(user: UserId | int) -> str:
    """The name of this user's voice."""
    return f"user-{user}"


def room_node_of(seats: Iterable[Seat], topology: str, me: Seat | None) -> Seat | None:
    """The seat of the node with which to connect, if there is one: the edge that one's own seat names, or else the node of a room with this topology."""
    if topology == "mesh":
        return None
    nodes = (seat for seat in seats if seat.is_node and seat.peer is not None)
    if me is not None and me.edge is not None:
        return next((s for s in nodes if s.kind == EDGE and s.peer == me.edge), None)
    return next((s for s in nodes if s.kind == topology), None)


def voices_at(node: Seat, me: Seat, seats: Iterable[Seat]) -> list[str]:
    """The voices that a node has for me: one mix, or one for each participant who speaks or is invited to speak."""
    if node.kind in ("mcu", EDGE):
        return [MIX]
    ordered = sorted(_others(me, seats), key=lambda seat: seat.seq)
    return [voice_of(seat.user) for seat in ordered if seat.may_come_to_speak]


def voices_now_at(node: Seat, me: Seat, seats: Iterable[Seat]) -> list[str]:
    """Of these voices those that are to be heard now: of participants who are not muted."""
    audible = [seat for seat in _others(me, seats) if seat.audible]
    return voices_at(node, me, audible) if audible else []


def _others(me: Seat, seats: Iterable[Seat]) -> Iterator[Seat]:
    """The other participants who are present."""
    return (s for s in seats if s.user != me.user and not s.is_node and s.peer)


def voices_in(answer: str) -> dict[str, str]:
    """The voices in a node's answer (SDP), by mid."""
    voices: dict[str, str] = {}
    for section in re.split(r"^m=", answer, flags=re.MULTILINE)[1:]:
        mid = re.search(r"^a=mid:(\S+)", section, re.MULTILINE)
        voice = re.search(r"^a=msid:(\S+)", section, re.MULTILINE)
        silent = re.search(r"^a=(recvonly|inactive)", section, re.MULTILINE)
        if mid and voice and not silent and voice[1] != NOBODY:
            voices[mid[1]] = voice[1]
    return voices
