"""Paths that are not rows: the session, the rooms' log, ICE servers, and the relay's state."""

from __future__ import annotations

from typing import Any, Final

from .components import ALWAYS, ANYONE, BODY, JSON, PERSON, Response, answer, responses, schema
from .shapes import CURSOR, SIGN_IN, TEXT
from .values import Schema, value

Operation = dict[str, Any]

STREAM: Final = "text/event-stream"


def _operation(
    name: str,
    tag: str,
    summary: str,
    successes: dict[int, Response],
    refused: tuple[int, ...],
    **more: Any,
) -> Operation:
    return {
        "operationId": name,
        "tags": [tag],
        "summary": summary,
        **more,
        "responses": responses(successes, refused),
    }


def _object(description: str, **properties: Schema) -> Response:
    shape = {"type": "object", "required": [*properties], "properties": properties}
    return answer(description, {JSON: shape})


def _query(name: str, description: str, shape: Schema, *, where: str = "query") -> dict[str, Any]:
    return {"name": name, "in": where, "description": description, "schema": shape}


_STREAMED = (
    "An event stream (HTML standard, 9.2). `event: snapshot` comes first, then one event per change, named after "
    "its table, with its cursor as `id:`; `hallway` is one changed row of the hallway, `invitations` all open invitations "
    "of the user, `clubs` the ids of clubs that changed; `bye` says why the stream ends. A comment every 15 seconds keeps the connection alive."
)

_INVITATIONS = _query(
    "invitations",
    "Polling: the user's invitations, too, if they changed since the `invitations_cursor` "
    "given here; all of them if it is empty.",
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
                    "You, or null for an anonymous user; `sign_in`: how people sign in here: by a name (`demo`), by passkeys, or at "
                    "issuers of tokens; `demo`: the same as in `sign_in`; `kept`: for how many "
                    "seconds your seat and your role are kept when your connection is lost.",
                    user={"oneOf": [schema("User"), {"type": "null"}]},
                    demo={"type": "boolean"},
                    sign_in=SIGN_IN,
                    kept={
                        "type": "object",
                        "required": ["seat", "role"],
                        "properties": {"seat": {"type": "number"}, "role": {"type": "number"}},
                    },
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
            description="A demo identity: the person (or bot) with that name, created if unknown. Only on a relay with demo identities.",
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
            {
                200: _object(
                    "The same; `logout`: where the session that began at an OpenID Connect issuer ends there, too.",
                    logout=TEXT,
                ),
                204: answer("The token is revoked, and you left every room.", {}),
            },
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
                    "Polling: seconds to wait for news.",
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
            description="The log of a room that the user has a seat in, and the hallway. Following is presence: a seat "
            "without a subscriber is deleted after a grace period. `Accept: application/json` asks for the events after a "
            "cursor instead, at once or, with `wait`, as soon as there is one.",
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
                    "Polling: seconds to wait for news.",
                    {"type": "number", "minimum": 0, "maximum": 60},
                ),
                _query(
                    "hallway",
                    "Polling: the hallway, too, since this `hallway_cursor` of the last answer; all of it if empty.",
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
            "The argument of `new RTCPeerConnection`",
            {
                200: answer(
                    "STUN servers for everyone, TURN servers for users who are signed in.",
                    {JSON: schema("Configuration")},
                )
            },
            (*ALWAYS, 504),
            security=ANYONE,
        )
    },
    "/turn": {
        "get": _operation(
            "turn",
            "audio",
            "TURN credentials (TURN REST)",
            {
                200: _object(
                    "Valid for `ttl` seconds.",
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
            {200: _object("Yes.", live={"type": "boolean"})},
            (421,),
            security=[{}],
        )
    },
    "/ready": {
        "get": _operation(
            "ready",
            "the relay",
            "Do events reach the subscribers?",
            {200: _object("Yes.", ready={"type": "boolean"})},
            (421, 503),
            security=[{}],
        )
    },
    "/metrics": {
        "get": _operation(
            "metrics",
            "the relay",
            "Figures for Prometheus",
            {200: answer("In its text format.", {"text/plain": TEXT})},
            (421,),
            security=[{}],
        )
    },
    "/openapi.json": {
        "get": _operation(
            "openapi",
            "the relay",
            "This document",
            {
                200: answer("OpenAPI 3.1.", {JSON: {"type": "object"}}, ("ETag",)),
                304: answer("The client's copy is current.", {}, ("ETag",)),
            },
            (429, 500, 503),
            security=[{}],
            parameters=[
                _query(
                    "If-None-Match",
                    "The ETag of the copy that the client has.",
                    TEXT,
                    where="header",
                )
            ],
        )
    },
}
