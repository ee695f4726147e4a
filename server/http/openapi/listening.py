"""Paths of listening without a seat: the stream, and the playlist with its segments."""

from __future__ import annotations

from typing import Any, Final

from .components import answer, responses
from .shapes import TEXT
from .values import Schema

Operation = dict[str, Any]

BYTES: Final[Schema] = {"type": "string", "format": "binary"}
_ROOM: Final = {
    "name": "room_id",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 0},
}


def _operation(
    name: str, summary: str, description: str, sent: dict[str, Schema], refused: tuple[int, ...],
    *parameters: dict[str, Any],
) -> dict[str, Operation]:  # fmt: skip
    return {
        "get": {
            "operationId": name,
            "tags": ["audio"],
            "summary": summary,
            "description": description,
            "security": [{}],
            "parameters": [_ROOM, *parameters],
            "responses": responses({200: answer(summary + ".", sent)}, refused),
        }
    }


def _part(name: str, pattern: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {**TEXT, "pattern": pattern}}


PATHS: Final[dict[str, dict[str, Operation]]] = {
    "/rooms/{room_id}/listen": _operation(
        "listen",
        "The sound of a broadcast room",
        "Ogg/Opus (RFC 7845), for as long as the client reads. Anybody may listen where the host allows it (`rooms.broadcast`); pages of any origin may play it.",
        {"audio/ogg": BYTES},
        (400, 401, 403, 404, 409, 429, 500, 503, 504),
    ),
    "/rooms/{room_id}/listen.m3u8": _operation(
        "listen_playlist",
        "The sound of a broadcast room as an HLS playlist",
        "RFC 8216: segments of two seconds, AAC in fragmented MP4. The first request waits for the first segment. A cache may keep it for a second.",
        {"application/vnd.apple.mpegurl": TEXT},
        (400, 401, 403, 404, 409, 429, 500, 503, 504),
    ),
    "/rooms/{room_id}/listen/{name}/{file}": _operation(
        "listen_segment",
        "A segment of the playlist",
        "Its address is in the playlist. Its content never changes.",
        {"audio/mp4": BYTES},
        (401, 404, 429, 500, 503),
        _part("name", "^[0-9a-f]{16}$"),
        _part("file", r"^(init\.mp4|[0-9]{1,9}\.m4s)$"),
    ),
}
