"""The paths that are not rows: the session, the rooms' log, the way audio takes, and how the relay is."""

from __future__ import annotations

from typing import Any, Final

from .components import ALWAYS, ANYONE, BODY, JSON, PERSON, Response, answer, responses, schema
from .shapes import CURSOR, TEXT
from .values import Schema, value

Operation = dict[str, Any]

STREAM: Final = "text/event-stream"


def _operation(
    name: str,
    tag: str,
    summary: str,
    well: dict[int, Response],
    refused: tuple[int, ...],
    **more: Any,
) -> Operation:
    return {
        "operationId": name,
        "tags": [tag],
        "summary": summary,
        **more,
        "responses": responses(well, refused),
    }


def _object(description: str, **properties: Schema) -> Response:
    shape = {"type": "object", "required": [*properties], "properties": properties}
    return answer(description, {JSON: shape})


def _query(name: str, description: str, shape: Schema, *, where: str = "query") -> dict[str, Any]:
    return {"name": name, "in": where, "description": description, "schema": shape}


_STREAMED = (
    "An event stream (HTML standard, 9.2). `event: snapshot` comes first, then one event per change, named after "
    "its table, with its cursor as `id:`; `hallway` is one changed row of the hallway, `invitations` all that await "
    "the reader; `bye` says why the stream ends. A comment every 15 seconds keeps proxies patient."
)

_INVITATIONS = _query(
    "invitations",
    "Polling: one's invitations too, when they are others than those of the last answer's "
    "`invitations_cursor`; nothing for all of them.",
    TEXT,
)

PATHS: Final[dict[str, dict[str, Operation]]] = {
    "/session": {
        "get": _operation(
            "who_am_i",
            "session",
            "Who am I?",
            {
                200: _object(
                    "You, or null for a visitor; `demo` says whether a name is enough to sign in.",
                    user={"oneOf": [schema("User"), {"type": "null"}]},
                    demo={"type": "boolean"},
                )
            },
            (*ALWAYS, 504),
            security=ANYONE,
        ),
        "post": _operation(
            "sign_in",
            "session",
            "Sign in by name",
            {
                200: _object("You, and your token.", user=schema("User"), token=TEXT)
                | {"headers": {"Set-Cookie": {"$ref": "#/components/headers/Set-Cookie"}}}
            },
            (400, 403, *ALWAYS, *BODY, 504),
            description="A demo identity: the person (or bot) of that name, new if need be. Only where a relay allows it.",
            security=[{}],
            requestBody={
                "required": True,
                "content": {
                    JSON: {
                        "schema": {
                            "type": "object",
                            "required": ["username"],
                            "properties": {
                                "username": {"type": "string", "minLength": 1, "maxLength": 40},
                                "kind": {"type": "string", "enum": ["person", "bot"]},
                            },
                        },
                        "example": {"username": "rick"},
                    }
                },
            },
        ),
        "delete": _operation(
            "sign_out",
            "session",
            "Sign out",
            {204: answer("The token is worth nothing from now on; you left every room.", {})},
            (403, *ALWAYS, 504),
            security=ANYONE,
        ),
    },
    "/hallway/events": {
        "get": _operation(
            "follow_the_hallway",
            "the log",
            "Follow the hallway, or poll it",
            {
                200: answer(
                    _STREAMED + " With `Accept: application/json`: polling.",
                    {JSON: schema("HallwayLog"), STREAM: TEXT},
                )
            },
            (400, *ALWAYS, 504),
            security=ANYONE,
            parameters=[
                _query(
                    "after",
                    "Polling: the cursor of the last answer; without it, a snapshot.",
                    schema("Cursor"),
                ),
                _query(
                    "wait",
                    "Polling: wait so many seconds for something new.",
                    {"type": "number", "minimum": 0, "maximum": 60},
                ),
                _INVITATIONS,
            ],
        )
    },
    "/rooms/{room_id}/events": {
        "get": _operation(
            "follow_a_room",
            "the log",
            "Follow a room, or poll it",
            {
                200: answer(
                    _STREAMED + " With `Accept: application/json`: polling.",
                    {JSON: schema("Log"), STREAM: TEXT},
                )
            },
            (400, 403, 404, *ALWAYS, 504),
            description="The log of a room one is in, and the hallway with it. Following is presence: a seat that "
            "nobody follows is given up after a while. `Accept: application/json` asks for what came after a "
            "cursor instead, at once or, with `wait`, as soon as there is something.",
            security=PERSON,
            parameters=[
                {
                    "name": "room_id",
                    "in": "path",
                    "required": True,
                    "schema": {"type": "integer", "minimum": 0},
                },
                _query(
                    "peer_id",
                    "The session of your seat, so that an older one is refused.",
                    value("uuid"),
                ),
                _query(
                    "after",
                    "Polling: the cursor of the last answer; without it, a snapshot.",
                    schema("Cursor"),
                ),
                _query(
                    "wait",
                    "Polling: wait so many seconds for something new.",
                    {"type": "number", "minimum": 0, "maximum": 60},
                ),
                _query(
                    "hallway",
                    "Polling: the hallway too; the last answer's `hallway_cursor`, or nothing for all of it.",
                    {"type": "string", "pattern": f"^$|{CURSOR}"},
                ),
                _INVITATIONS,
                _query(
                    "last_event_id",
                    "Streams: where to resume, if the header cannot be set.",
                    schema("Cursor"),
                ),
                _query(
                    "Last-Event-ID",
                    "Streams: where to resume; an EventSource sends it by itself.",
                    schema("Cursor"),
                    where="header",
                ),
            ],
        )
    },
    "/ice": {
        "get": _operation(
            "ice",
            "audio",
            "What `new RTCPeerConnection` is given",
            {200: answer("STUN for everybody, TURN for people.", {JSON: schema("Configuration")})},
            (*ALWAYS, 504),
            security=ANYONE,
        )
    },
    "/turn": {
        "get": _operation(
            "turn",
            "audio",
            "TURN credentials, as TURN REST has them",
            {
                200: _object(
                    "Good for `ttl` seconds.",
                    username=TEXT,
                    password=TEXT,
                    ttl={"type": "integer"},
                    uris={"type": "array", "items": TEXT},
                )
            },
            (404, *ALWAYS, 504),
            security=PERSON,
        )
    },
    "/live": {
        "get": _operation(
            "live",
            "the relay",
            "Does the process answer?",
            {200: _object("It does.", live={"const": True})},
            (),
            security=[{}],
        )
    },
    "/ready": {
        "get": _operation(
            "ready",
            "the relay",
            "Does what is written reach those who follow?",
            {200: _object("It does.", ready={"const": True})},
            (503,),
            security=[{}],
        )
    },
    "/metrics": {
        "get": _operation(
            "metrics",
            "the relay",
            "Figures for Prometheus",
            {200: answer("In its text format.", {"text/plain": TEXT})},
            (),
            security=[{}],
        )
    },
    "/openapi.json": {
        "get": _operation(
            "openapi",
            "the relay",
            "This document",
            {200: answer("OpenAPI 3.1.", {JSON: {"type": "object"}})},
            (429, 500, 503),
            security=[{}],
        )
    },
}
