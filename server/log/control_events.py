"""Every event of a stream that is no row of the log. A new control event is added here.

Clients that must know it: `client_web/signaling/`, `server/media/signaling/`, and its shape in
`server/http/openapi/shapes.py`. The four techniques send it without further work.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ..types import ClubId, Cursor, RoomId
from .frame import Frame


def snapshot(state: str, cursor: Cursor | None = None) -> Frame:
    """The whole state as JSON text. With a cursor it is true at that position of the room's log."""
    return Frame("snapshot", state, cursor)


def hallway(row: str) -> Frame:
    """One row of the hallway that changed, as JSON text. It has no cursor: it moves no position in a log."""
    return Frame("hallway", row)


def audience(room: RoomId, here: int, on_stage: int) -> Frame:
    """How many are in a room whose roster is counted. Like `hallway`, it moves no position."""
    numbers = {"room_id": room, "here": here, "on_stage": on_stage, "audience": here - on_stage}
    return Frame("audience", json.dumps(numbers))


def invitations(rows: str) -> Frame:
    """All open invitations of one user, as a JSON array."""
    return Frame("invitations", f'{{"invitations":{rows}}}')


def clubs(ids: Sequence[ClubId] | None) -> Frame:
    """These clubs changed, or any of them may have: what a client shows of them is to be read again."""
    return Frame("clubs", json.dumps({"clubs": ids}))


def people(texts: Sequence[str]) -> Frame:
    """Where these people are whom the recipient follows: `{"user_id", "username", "rooms": [ids]}` of each, as JSON texts."""
    return Frame("people", f'{{"people":[{",".join(texts)}]}}')


def bye(reason: str, *, retry: int | None = None, problem: dict[str, Any] | None = None) -> Frame:
    """The stream ends, and why. A client may reconnect after `retry` milliseconds, if given."""
    end: dict[str, Any] = {"reason": reason}
    if retry is not None:
        end["retry"] = retry
    if problem is not None:
        end["problem"] = problem
    return Frame("bye", json.dumps(end))
