"""The paths of WHIP and WHEP."""

from __future__ import annotations

from typing import Any, Final

from .components import ALWAYS, BODY, answer, responses
from .shapes import TEXT
from .values import value

Operation = dict[str, Any]

SDP: Final = "application/sdp"
FRAGMENT: Final = "application/trickle-ice-sdpfrag"
BEARER: Final[list[dict[str, list[str]]]] = [{"bearer": []}, {"cookie": []}]

_ROOM: Final = {
    "name": "room_id",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 0},
}
_SESSION: Final = {"name": "session", "in": "path", "required": True, "schema": value("uuid")}


def _body(kind: str, example: str) -> dict[str, Any]:
    return {"required": True, "content": {kind: {"schema": TEXT, "example": example}}}


_WHEN_RECORDED: Final = {
    "name": "when_recorded",
    "in": "query",
    "description": "`leave`: end the session as soon as a recording is announced, and refuse it while one runs.",
    "schema": {"type": "string", "enum": ["stay", "leave"], "default": "stay"},
}


def _begin(protocol: str, summary: str, description: str) -> Operation:
    return {
        "operationId": f"{protocol}_begin",
        "tags": ["audio"],
        "summary": summary,
        "description": description,
        "security": BEARER,
        "parameters": [_ROOM, _WHEN_RECORDED],
        "requestBody": _body(SDP, "v=0\r\n…"),
        "responses": responses(
            {
                201: answer(
                    "The node's answer. `Location` is the session, `ETag` its ICE session, `Link` the ICE servers; `Recording` is sent while the room is recorded.",
                    {SDP: TEXT},
                )
            },
            (400, 403, 404, 406, 409, 422, 504, *BODY, *ALWAYS),
        ),
    }


def _session(protocol: str) -> dict[str, Operation]:
    return {
        "patch": {
            "operationId": f"{protocol}_trickle",
            "tags": ["audio"],
            "summary": "Add ICE candidates",
            "description": "Trickle ICE (RFC 8840). `If-Match` may name the session's ETag; a restart (`*`, or another `ice-ufrag`) is 422: nodes do not support it.",
            "security": BEARER,
            "parameters": [
                _ROOM,
                _SESSION,
                {"name": "If-Match", "in": "header", "schema": TEXT},
            ],
            "requestBody": _body(FRAGMENT, "a=ice-ufrag:…\r\nm=audio 9 …\r\na=candidate:…"),
            "responses": responses(
                {204: answer("The candidates were sent to the node.", {})},
                (400, 403, 404, 409, 412, 422, 504, *BODY, *ALWAYS),
            ),
        },
        "delete": {
            "operationId": f"{protocol}_end",
            "tags": ["audio"],
            "summary": "End the session, and leave the room",
            "security": BEARER,
            "parameters": [_ROOM, _SESSION],
            "responses": responses(
                {200: answer("The session ended.", {})}, (403, 404, 504, *ALWAYS)
            ),
        },
    }


PATHS: Final[dict[str, dict[str, Operation]]] = {
    "/rooms/{room_id}/whip": {
        "post": _begin(
            "whip",
            "Speak in a room by WHIP (RFC 9725)",
            "Takes a seat on the stage of a room with a media node, and sends it the offer's audio. Each other media section is rejected.",
        )
    },
    "/rooms/{room_id}/whip/{session}": _session("whip"),
    "/rooms/{room_id}/whep": {
        "post": _begin(
            "whep",
            "Listen to a room's mix by WHEP",
            "Takes a seat in the audience of a room with an MCU, and sends it the offer.",
        )
    },
    "/rooms/{room_id}/whep/{session}": _session("whep"),
}
