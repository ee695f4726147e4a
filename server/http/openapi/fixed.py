"""Paths that are not rows: the rooms' log, ICE servers, and the relay's state."""

from __future__ import annotations

from typing import Final

from .components import ALWAYS, ANYONE, JSON, PERSON, answer, schema
from .operations import Operation, json_object, operation, parameter
from .shapes import CURSOR, TEXT
from .values import value

STREAM: Final = "text/event-stream"


_STREAMED = (
    "An event stream (HTML standard, 9.2). `event: snapshot` comes first, then one event per change, named after "
    "its table, with its cursor as `id:`; `audience` has the numbers of a room whose roster is counted, `hallway` is one changed row of the hallway, `invitations` all open invitations "
    "of the user, `clubs` the ids of clubs that changed; `bye` says why the stream ends. A comment every 15 seconds keeps the connection alive."
)

_INVITATIONS = parameter(
    "invitations",
    "Polling: the user's invitations, too, if they changed since the `invitations_cursor` "
    "given here; all of them if it is empty.",
    TEXT,
)

PATHS: Final[dict[str, dict[str, Operation]]] = {
    "/hallway/events": {
        "get": operation(
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
                parameter(
                    "after",
                    "Polling: the cursor of the last answer; without it, a snapshot.",
                    schema("Cursor"),
                ),
                parameter(
                    "wait",
                    "Polling: seconds to wait for news.",
                    {"type": "number", "minimum": 0, "maximum": 60},
                ),
                _INVITATIONS,
            ],
        )
    },
    "/rooms/{room_id}/events": {
        "get": operation(
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
                parameter(
                    "peer_id",
                    "The session of your seat, so that an older one is refused.",
                    value("uuid"),
                ),
                parameter(
                    "after",
                    "Polling: the cursor of the last answer; without it, a snapshot.",
                    schema("Cursor"),
                ),
                parameter(
                    "wait",
                    "Polling: seconds to wait for news.",
                    {"type": "number", "minimum": 0, "maximum": 60},
                ),
                parameter(
                    "hallway",
                    "Polling: the hallway, too, since this `hallway_cursor` of the last answer; all of it if empty.",
                    {"type": "string", "pattern": f"^$|{CURSOR}"},
                ),
                _INVITATIONS,
                parameter(
                    "last_event_id",
                    "Streams: where to resume, if the header cannot be set.",
                    schema("Cursor"),
                ),
                parameter(
                    "Last-Event-ID",
                    "Streams: where to resume; an EventSource sends it by itself.",
                    schema("Cursor"),
                    where="header",
                ),
            ],
        )
    },
    "/ice": {
        "get": operation(
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
        "get": operation(
            "turn",
            "audio",
            "TURN credentials (TURN REST)",
            {
                200: json_object(
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
        "get": operation(
            "live",
            "the relay",
            "Does the process answer?",
            {200: json_object("Yes.", live={"type": "boolean"})},
            (421,),
            security=[{}],
        )
    },
    "/ready": {
        "get": operation(
            "ready",
            "the relay",
            "Do events reach the subscribers?",
            {200: json_object("Yes.", ready={"type": "boolean"})},
            (421, 503),
            security=[{}],
        )
    },
    "/metrics": {
        "get": operation(
            "metrics",
            "the relay",
            "Figures for Prometheus",
            {200: answer("In its text format.", {"text/plain": TEXT})},
            (421,),
            security=[{}],
        )
    },
    "/openapi.json": {
        "get": operation(
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
                parameter(
                    "If-None-Match",
                    "The ETag of the copy that the client has.",
                    TEXT,
                    where="header",
                )
            ],
        )
    },
}
