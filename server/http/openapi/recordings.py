"""Paths of recordings: the audio, and an address for players."""

from __future__ import annotations

from typing import Any, Final

from .components import ALWAYS, JSON, PERSON, answer, responses
from .shapes import TEXT
from .values import Schema, value

Operation = dict[str, Any]

AUDIO: Final = "audio/ogg"
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
            "summary": "The audio of a recording",
            "description": "Ogg/Opus (RFC 7845), whole or one range (RFC 9110, 14), for the user who started it, the room's host and "
            "those who had a seat while it ran. A request that accepts HTML gets the page that plays it. A recording that still "
            "runs has the length it has now.",
            "security": [{}, *PERSON],
            "parameters": [
                _RECORDING,
                _query("ticket", "From `/recordings/{id}/link`, instead of a token."),
                _query(
                    "Range",
                    "One range of bytes. With several ranges the whole file is sent.",
                    where="header",
                ),
                _query(
                    "If-None-Match", "The ETag of the copy that the client has.", where="header"
                ),
                _query(
                    "If-Range",
                    "The ETag or date of the file that the range belongs to.",
                    where="header",
                ),
            ],
            "responses": responses(
                {
                    200: answer("The whole file, or the page.", {AUDIO: BYTES, PAGE: TEXT}),
                    206: answer("The range; `Content-Range` says which.", {AUDIO: BYTES}),
                    304: answer("The client's copy is current.", {}),
                },
                (403, 404, 406, 416, 504, *ALWAYS),
            ),
        }
    },
    "/recordings/{recording_id}/captions": {
        "get": {
            "operationId": "recording_captions_file",
            "tags": ["audio"],
            "summary": "The captions of a recording",
            "description": "What was said in it by speakers who agreed to captions, as WebVTT, for those who may hear the recording.",
            "security": [{}, *PERSON],
            "parameters": [
                _RECORDING,
                _query("ticket", "From `/recordings/{id}/link`, instead of a token."),
            ],
            "responses": responses(
                {200: answer("The captions, without deleted ones.", {"text/vtt": TEXT})},
                (403, 404, 406, 504, *ALWAYS),
            ),
        }
    },
    "/recordings/{recording_id}/link": {
        "get": {
            "operationId": "recording_link",
            "tags": ["audio"],
            "summary": "An address for a player",
            "description": "Valid for this recording and for six hours, or until the user signs out: a browser's player "
            "sends no bearer token.",
            "security": PERSON,
            "parameters": [_RECORDING],
            "responses": responses(
                {
                    200: answer(
                        "The address, and when it expires.",
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
