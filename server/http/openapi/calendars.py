"""Paths of calendars: one planned room, those of a club or person, and a user's own."""

from __future__ import annotations

from typing import Any, Final

from .components import ALWAYS, PERSON, answer, responses
from .shapes import TEXT

Operation = dict[str, Any]

_ID: Final = {"type": "integer", "minimum": 0}


def _calendar(
    name: str, summary: str, description: str, parameter: dict[str, Any], *, secret: bool = False
) -> dict[str, Operation]:
    known = {
        "name": "If-None-Match",
        "in": "header",
        "description": "The ETag of the copy that the client has.",
        "schema": TEXT,
    }
    return {
        "get": {
            "operationId": name,
            "tags": ["calendars"],
            "summary": summary,
            "description": description,
            "security": [{}] if secret else [{}, *PERSON],
            "parameters": [{"in": "path", "required": True, **parameter}, known],
            "responses": responses(
                {
                    200: answer("The calendar.", {"text/calendar": TEXT}),
                    304: answer("The client's copy is current.", {}),
                },
                (403, 404, 504, *ALWAYS),
            ),
        }
    }


PATHS: Final[dict[str, dict[str, Operation]]] = {
    "/rooms/{room_id}/calendar.ics": _calendar(
        "room_calendar",
        "A planned room for a calendar",
        "iCalendar (RFC 5545): one event, which recurs if the room repeats. 404 for a room that was not planned for a time.",
        {"name": "room_id", "schema": _ID},
    ),
    "/clubs/{club_id}/calendar.ics": _calendar(
        "club_calendar",
        "The planned rooms of a club",
        "As far as the user, or anybody, may see them, with those of the last 90 days. To subscribe to in a calendar program.",
        {"name": "club_id", "schema": _ID},
    ),
    "/people/{username}/calendar.ics": _calendar(
        "person_calendar",
        "The planned rooms of a person",
        "Those that they host, alone or with others, as far as the user, or anybody, may see them.",
        {"name": "username", "schema": {"type": "string", "minLength": 1, "maxLength": 40}},
    ),
    "/calendars/{secret}.ics": _calendar(
        "own_calendar",
        "A user's own calendar",
        "At the secret address that they make with `POST /rows/rpc/renew_calendar_address`, so that calendar programs, which send no token, can read it.",
        {"name": "secret", "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{24}$"}},
        secret=True,
    ),
}
