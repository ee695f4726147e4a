"""The paths that are not rows: the session, the rooms' log, the way audio takes, and how the relay is."""

from __future__ import annotations

from typing import Any, Final

from .components import (
    ALWAYS,
    ANYONE,
    BODY,
    JSON,
    PERSON,
    Response,
    answer,
    responses,
    schema,
)
from .values import Schema, value

Operation = dict[str, Any]

STREAM: Final = "text/event-stream"
CURSOR: Final = r"^[0-9]{1,18}-[0-9]{1,18}$"

_ID = value("bigint")
_TEXT = {"type": "string"}
_OBJECT = {"type": "object"}
_TEXT_OR_NULL = {"type": ["string", "null"]}

SCHEMAS: Final[dict[str, Schema]] = {
    "User": {
        "type": "object",
        "required": ["id", "username", "kind", "bio"],
        "properties": {
            "id": _ID,
            "username": {"type": "string", "minLength": 1, "maxLength": 40},
            "kind": {"enum": ["person", "bot", "node"]},
            "bio": _TEXT_OR_NULL,
        },
    },
    "Seat": {
        "type": "object",
        "description": "Somebody in a room, as the log and the snapshot show it.",
        "required": [
            "room_id",
            "user_id",
            "username",
            "kind",
            "role",
            "peer_id",
            "muted",
            "join_date",
            "seq",
        ],
        "properties": {
            "room_id": _ID,
            "user_id": _ID,
            "username": _TEXT,
            "kind": {"enum": ["person", "bot", "sfu", "mcu"]},
            "role": {"enum": ["HOST", "MODERATOR", "SPEAKER", "AUDIENCE"]},
            "peer_id": {"type": ["string", "null"], "format": "uuid"},
            "muted": {"type": "boolean"},
            "join_date": {"type": "string", "format": "date-time"},
            "seq": {"type": ["integer", "null"]},
        },
    },
    "Event": {
        "type": "object",
        "description": "One change, in the one shape every technique delivers.",
        "required": [
            "seq",
            "table",
            "type",
            "record",
            "old_record",
            "commit_timestamp",
            "recipient",
        ],
        "properties": {
            "seq": {"type": "integer", "description": "Its position in the room's log."},
            "table": {"type": "string", "description": "The table that changed."},
            "type": {"enum": ["INSERT", "UPDATE", "DELETE"]},
            "record": {"type": ["object", "null"]},
            "old_record": {"type": ["object", "null"]},
            "commit_timestamp": {"type": "string", "format": "date-time"},
            "recipient": {"type": ["integer", "null"], "description": "Whom alone it is for."},
            "reason": {
                "type": ["string", "null"],
                "description": "Why somebody left: left, timeout, removed, room ended.",
            },
            "heard_at": {
                "type": "string",
                "format": "date-time",
                "description": "When the relay heard its bell; absent where it was read from the log.",
            },
        },
    },
    "Cursor": {
        "type": "string",
        "description": "A position in one room's log, `<epoch>-<seq>`; a new epoch is a new log.",
        "pattern": CURSOR,
    },
    "Snapshot": {
        "type": "object",
        "description": "A room as one may see it, and the cursor this is true at.",
        "required": ["cursor", "room", "participants", "signals"],
        "properties": {
            "cursor": schema("Cursor"),
            "room": {
                "type": "object",
                "required": ["id", "name", "host_id", "stage", "club", "host"],
            },
            "participants": {"type": "array", "items": schema("Seat")},
            "signals": {"type": "array", "items": schema("Signals")},
        },
    },
    "Log": {
        "type": "object",
        "required": ["events", "cursor"],
        "properties": {
            "events": {"type": "array", "items": schema("Event")},
            "cursor": schema("Cursor"),
            "snapshot": {
                "description": "There if a cursor was none to go on from: begin anew with this.",
                "anyOf": [schema("Snapshot"), schema("Hallway")],
            },
            "hallway": {"type": "array", "items": {"type": "object"}},
            "hallway_cursor": schema("Cursor"),
            "bye": schema("Bye"),
        },
    },
    "Hallway": {
        "type": "object",
        "required": ["hallway"],
        "properties": {"hallway": {"type": "array", "items": {"type": "object"}}},
    },
    "HallwayLog": {
        "type": "object",
        "required": ["hallway", "cursor"],
        "properties": {
            "snapshot": schema("Hallway"),
            "hallway": {"type": "array", "items": {"type": "object"}},
            "cursor": schema("Cursor"),
            "bye": schema("Bye"),
        },
    },
    "Bye": {
        "type": "object",
        "description": "Nothing more comes, and why; `retry` milliseconds until one may come back.",
        "required": ["reason"],
        "properties": {"reason": _TEXT, "retry": {"type": "integer"}},
    },
    "Configuration": {
        "type": "object",
        "description": "An RTCConfiguration (W3C WebRTC, 4.2.1), to be passed on as it is.",
        "required": ["iceServers", "iceTransportPolicy", "ttl"],
        "properties": {
            "iceServers": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["urls"],
                    "properties": {
                        "urls": {"type": "array", "items": _TEXT},
                        "username": _TEXT,
                        "credential": _TEXT,
                    },
                },
            },
            "iceTransportPolicy": {"enum": ["all", "relay"]},
            "ttl": {
                "type": "integer",
                "description": "For how many seconds the credentials are good.",
            },
        },
    },
}


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
    "its table, with its cursor as `id:`; `hallway` is one changed row of the hallway; `bye` says why the stream "
    "ends. A comment every 15 seconds keeps proxies patient."
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
                200: _object("You, and your token.", user=schema("User"), token=_TEXT)
                | {"headers": {"Set-Cookie": {"$ref": "#/components/headers/Set-Cookie"}}}
            },
            (400, 403, *ALWAYS, *BODY, 504),
            description="A demo identity: the person of that name, new if need be. Only where a relay allows it.",
            security=[{}],
            requestBody={
                "required": True,
                "content": {
                    JSON: {
                        "schema": {
                            "type": "object",
                            "required": ["username"],
                            "properties": {
                                "username": {"type": "string", "minLength": 1, "maxLength": 40}
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
                    {JSON: schema("HallwayLog"), STREAM: _TEXT},
                )
            },
            (400, *ALWAYS),
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
                    {JSON: schema("Log"), STREAM: _TEXT},
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
                    username=_TEXT,
                    password=_TEXT,
                    ttl={"type": "integer"},
                    uris={"type": "array", "items": _TEXT},
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
            {200: answer("In its text format.", {"text/plain": _TEXT})},
            (),
            security=[{}],
        )
    },
    "/openapi.json": {
        "get": _operation(
            "openapi",
            "the relay",
            "This document",
            {200: answer("OpenAPI 3.1.", {JSON: _OBJECT})},
            (429, 500, 503),
            security=[{}],
        )
    },
}
