"""What the paths beside the rows answer with: people, seats, events, snapshots, ways to each other."""

from __future__ import annotations

from typing import Final

from .components import schema
from .values import Schema, value

CURSOR: Final = r"^[0-9]{1,18}-[0-9]{1,18}$"

_ID = value("bigint")
TEXT: Final[Schema] = {"type": "string"}
_TEXT_OR_NULL = {"type": ["string", "null"]}
_TAG: Final[Schema] = {
    "type": "string",
    "description": "Names the list: the question that follows gives it back.",
}

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
            "hand_raised_at",
            "invited_to_speak_at",
            "asked_to_unmute_at",
            "join_date",
            "seq",
        ],
        "properties": {
            "room_id": _ID,
            "user_id": _ID,
            "username": TEXT,
            "kind": {"enum": ["person", "bot", "sfu", "mcu"]},
            "role": {"enum": ["HOST", "MODERATOR", "SPEAKER", "AUDIENCE"]},
            "peer_id": {"type": ["string", "null"], "format": "uuid"},
            "muted": {"type": "boolean"},
            "hand_raised_at": {"type": ["string", "null"], "format": "date-time"},
            "invited_to_speak_at": {"type": ["string", "null"], "format": "date-time"},
            "asked_to_unmute_at": {"type": ["string", "null"], "format": "date-time"},
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
                "description": "When the relay heard its bell, or found it before that; absent where it was read from the log.",
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
        "required": ["cursor", "room", "participants", "messages", "signals"],
        "properties": {
            "cursor": schema("Cursor"),
            "room": {
                "type": "object",
                "required": ["id", "name", "host_id", "stage", "club", "host"],
            },
            "participants": {"type": "array", "items": schema("Seat")},
            "messages": {
                "type": "array",
                "description": "The last fifty, oldest first; each with its author's `username`.",
                "items": {"type": "object", "required": ["id", "user_id", "username", "body"]},
            },
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
            "hallway": {"type": "array", "items": schema("HallwayChange")},
            "hallway_cursor": schema("Cursor"),
            "invitations": schema("OpenInvitations"),
            "invitations_cursor": _TAG,
            "bye": schema("Bye"),
        },
    },
    "Hallway": {
        "type": "object",
        "required": ["hallway"],
        "properties": {"hallway": {"type": "array", "items": {"type": "object"}}},
    },
    "HallwayChange": {
        "type": "object",
        "description": "A row of the hallway as it is now; or that it is there no more, because the room "
        "ended (`ended_at`) or because it is for others from now on (`hidden`). The greater cursor is newer.",
        "required": ["id"],
        "properties": {
            "id": _ID,
            "cursor": schema("Cursor"),
            "ended_at": _TEXT_OR_NULL,
            "hidden": {"const": True},
        },
    },
    "OpenInvitations": {
        "type": "array",
        "description": "All invitations by name that await the reader, oldest first.",
        "items": {
            "type": "object",
            "required": ["id", "code", "club_id", "room_id", "expires_at"],
            "properties": {
                "id": _ID,
                "code": TEXT,
                "club_id": {"type": ["integer", "null"]},
                "club": _TEXT_OR_NULL,
                "room_id": {"type": ["integer", "null"]},
                "room": _TEXT_OR_NULL,
                "invited_by": _TEXT_OR_NULL,
                "created_at": {"type": "string", "format": "date-time"},
                "expires_at": {"type": "string", "format": "date-time"},
            },
        },
    },
    "HallwayLog": {
        "type": "object",
        "required": ["hallway", "cursor"],
        "properties": {
            "snapshot": schema("Hallway"),
            "hallway": {"type": "array", "items": schema("HallwayChange")},
            "cursor": schema("Cursor"),
            "invitations": schema("OpenInvitations"),
            "invitations_cursor": _TAG,
            "bye": schema("Bye"),
        },
    },
    "Bye": {
        "type": "object",
        "description": "Nothing more comes, and why; `retry` milliseconds until one may come back.",
        "required": ["reason"],
        "properties": {"reason": TEXT, "retry": {"type": "integer"}},
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
                        "urls": {"type": "array", "items": TEXT},
                        "username": TEXT,
                        "credential": TEXT,
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
