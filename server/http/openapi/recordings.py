"""The paths of recordings that are no rows: the sound, and the way to it for a player."""

from __future__ import annotations

from typing import Any, Final

from .components import ALWAYS, JSON, PERSON, answer, responses
from .shapes import TEXT
from .values import Schema, value

Operation = dict[str, Any]

SOUND: Final = "audio/ogg"
PAGE: Final = "text/html"
BYTES: Final[Schema] = {"type": "string", "format": "binary"}

_RECORDING: Final = {
    "name": "recording_id",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 0},
}


def _query(name: str, description: str, *, where: str = "query") -> dict[str, Any]:
    return {"name": name, "in": where, "description": description, "schema": TEXT}


PATHS: Final[dict[str, dict[str, Operation]]] = {
    "/recordings/{recording_id}": {
        "get": {
            "operationId": "recording",
            "tags": ["audio"],
            "summary": "The sound of a recording",
            "description": "Ogg/Opus (RFC 7845), whole or one range of it (RFC 9110, 14), for its starter, the room's host and "
            "those who sat there while it ran. For whoever accepts HTML it is the page around it. One that runs is as long as "
            "it is by now.",
            "security": [{}, *PERSON],
            "parameters": [
                _RECORDING,
                _query("ticket", "From `/recordings/{id}/link`: stands for a token."),
                _query(
                    "Range", "One range of bytes; of several the whole is sent.", where="header"
                ),
                _query("If-None-Match", "The ETag of what one has.", where="header"),
                _query("If-Range", "The ETag or date that the range is of.", where="header"),
            ],
            "responses": responses(
                {
                    200: answer("All of it; or the page.", {SOUND: BYTES, PAGE: TEXT}),
                    206: answer("The range; `Content-Range` says which.", {SOUND: BYTES}),
                    304: answer("What one has is it.", {}),
                },
                (403, 404, 406, 416, 504, *ALWAYS),
            ),
        }
    },
    "/recordings/{recording_id}/link": {
        "get": {
            "operationId": "recording_link",
            "tags": ["audio"],
            "summary": "An address for a player",
            "description": "Good for this recording and for six hours, or until one signs out: what a browser's player fetches, "
            "it fetches without a bearer token.",
            "security": PERSON,
            "parameters": [_RECORDING],
            "responses": responses(
                {
                    200: answer(
                        "The address, and until when it is good.",
                        {
                            JSON: {
                                "type": "object",
                                "required": ["url", "expires_at"],
                                "properties": {"url": TEXT, "expires_at": value("timestamptz")},
                            }
                        },
                    )
                },
                (403, 404, 504, *ALWAYS),
            ),
        }
    },
}
