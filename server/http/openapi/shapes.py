"""Schemas of the answers that are not rows: users, seats, events, snapshots, ICE configuration."""

from __future__ import annotations

from typing import Final

from .components import schema
from .values import Schema, value

CURSOR: Final = r"^[0-9]{1,18}-[0-9]{1,18}$"

ID = value("bigint")
TEXT: Final[Schema] = {"type": "string"}
TEXT_OR_NULL = {"type": ["string", "null"]}
TAG: Final[Schema] = {
    "type": "string",
    "description": "Identifies this list: send it with the next request.",
}

SCHEMAS: Final[dict[str, Schema]] = {
    "User": {
        "type": "object",
        "required": ["id", "username", "kind", "bio", "site_moderator"],
        "properties": {
            "id": ID,
            "username": {"type": "string", "minLength": 1, "maxLength": 40},
            "kind": {"enum": ["person", "bot", "node"]},
            "bio": TEXT_OR_NULL,
            "site_moderator": {"type": "boolean"},
        },
    },
    "Seat": {
        "type": "object",
        "description": "A participant of a room, as in the log and the snapshot.",
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
            "edge",
            "offers",
        ],
        "properties": {
            "room_id": ID,
            "user_id": ID,
            "username": TEXT,
            "kind": {"enum": ["person", "bot", "sfu", "mcu", "edge"]},
            "role": {"enum": ["HOST", "MODERATOR", "SPEAKER", "AUDIENCE"]},
            "peer_id": {"type": ["string", "null"], "format": "uuid"},
            "muted": {"type": "boolean"},
            "hand_raised_at": {"type": ["string", "null"], "format": "date-time"},
            "invited_to_speak_at": {"type": ["string", "null"], "format": "date-time"},
            "asked_to_unmute_at": {"type": ["string", "null"], "format": "date-time"},
            "join_date": {"type": "string", "format": "date-time"},
            "seq": {"type": ["integer", "null"]},
            "edge": {"type": ["string", "null"], "format": "uuid"},
            "offers": {"type": "boolean"},
        },
    },
    "Event": {
        "type": "object",
        "description": "One change. Every technique delivers it in this shape.",
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
            "recipient": {
                "type": ["integer", "null"],
                "description": "The only user who receives it; null if all may.",
            },
            "reason": {
                "type": ["string", "null"],
                "description": "Why a participant left: left, timeout, removed, room ended.",
            },
            "heard_at": {
                "type": "string",
                "format": "date-time",
                "description": "When the relay received the notification of it, or read it before that; absent in events that were read later.",
            },
        },
    },
    "Cursor": {
        "type": "string",
        "description": "A position in one room's log, `<epoch>-<seq>`. A new epoch is a new log.",
        "pattern": CURSOR,
    },
    "Snapshot": {
        "type": "object",
        "description": "A room as the user may see it, and the cursor at which it is true.",
        "required": ["cursor", "room", "participants", "messages", "signals"],
        "properties": {
            "cursor": schema("Cursor"),
            "room": {
                "type": "object",
                "required": ["id", "name", "host_id", "stage", "club", "host"],
                "properties": {
                    "id": ID,
                    "name": TEXT,
                    "host_id": ID,
                    "stage": {"enum": ["open", "moderated"]},
                    "club": TEXT_OR_NULL,
                    "host": TEXT,
                },
            },
            "participants": {"type": "array", "items": schema("Seat")},
            "messages": {
                "type": "array",
                "description": "The last fifty, oldest first; each with its author's `username`.",
                "items": {
                    "type": "object",
                    "required": ["id", "user_id", "username", "body"],
                    "properties": {"id": ID, "user_id": ID, "username": TEXT, "body": TEXT},
                },
            },
            "captions": {
                "type": "array",
                "description": "In a room with captions: the last twenty of the last two minutes, oldest first; each with its speaker's `username`.",
                "items": {
                    "type": "object",
                    "required": ["id", "user_id", "username", "text", "final"],
                    "properties": {
                        "id": ID,
                        "user_id": ID,
                        "username": TEXT,
                        "text": TEXT,
                        "final": {"type": "boolean"},
                    },
                },
            },
            "signals": {"type": "array", "items": schema("Signals")},
            "user_id": ID,
            "seats": {
                "type": "array",
                "description": "While the roster is counted: the user's own seat, and those with which the session has exchanged signals; "
                "`participants` then has those on stage, and the first fifty of those with a raised hand or invited to speak.",
                "items": schema("Seat"),
            },
            "audience": schema("Audience"),
            "hands": {
                "type": "integer",
                "description": "While the roster is counted: how many hands are raised. `GET /rows/hand_queue` has all.",
            },
            "names": {
                "type": "array",
                "description": "While the roster is counted: the first fifty of the others in the order of joining. "
                "`GET /rows/roster` has all.",
                "items": {
                    "type": "object",
                    "required": ["user_id", "username", "kind", "join_date", "seq"],
                    "properties": {
                        "user_id": ID,
                        "username": TEXT,
                        "kind": TEXT,
                        "join_date": {"type": "string", "format": "date-time"},
                        "seq": {"type": "integer"},
                    },
                },
            },
        },
    },
    "Audience": {
        "type": "object",
        "description": "How many are in a room whose roster is counted.",
        "required": ["room_id", "here", "on_stage", "audience"],
        "properties": {
            "room_id": ID,
            "here": {"type": "integer"},
            "on_stage": {"type": "integer"},
            "audience": {"type": "integer", "description": "The difference of the two."},
        },
    },
    "Log": {
        "type": "object",
        "required": ["events", "cursor"],
        "properties": {
            "events": {"type": "array", "items": schema("Event")},
            "cursor": schema("Cursor"),
            "snapshot": {
                "description": "Sent if the log does not reach back to the cursor: start again with this state.",
                "anyOf": [schema("Snapshot"), schema("Hallway")],
            },
            "hallway": {"type": "array", "items": schema("HallwayChange")},
            "clubs": {"type": "array", "items": schema("ClubsChanged")},
            "people": {"type": "array", "items": schema("PeopleMoved")},
            "hallway_cursor": schema("Cursor"),
            "invitations": schema("OpenInvitations"),
            "invitations_cursor": TAG,
            "audience": schema("Audience"),
            "bye": schema("Bye"),
        },
    },
    "Bye": {
        "type": "object",
        "description": "The stream ends, and why. `retry`: milliseconds until the client may reconnect.",
        "required": ["reason"],
        "properties": {"reason": TEXT, "retry": {"type": "integer"}},
    },
    "Configuration": {
        "type": "object",
        "description": "An RTCConfiguration (W3C WebRTC, 4.2.1).",
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
                "description": "How many seconds the credentials are valid.",
            },
        },
    },
}

SIGN_IN: Final[Schema] = {
    "type": "object",
    "required": ["demo", "passkeys", "issuers"],
    "properties": {
        "demo": {"type": "boolean"},
        "passkeys": {"type": "boolean"},
        "issuers": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "title"],
                "properties": {"name": TEXT, "title": TEXT},
            },
        },
    },
}
