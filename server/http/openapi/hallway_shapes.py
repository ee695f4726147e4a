"""Schemas of the hallway: its rows and changes, clubs, people whom one follows, invitations."""

from __future__ import annotations

from typing import Final

from .components import schema
from .shapes import ID, TAG, TEXT, TEXT_OR_NULL
from .values import Schema

SCHEMAS: Final[dict[str, Schema]] = {
    "Hallway": {
        "type": "object",
        "required": ["hallway"],
        "properties": {
            "hallway": {"type": "array", "items": {"type": "object"}},
            "people": schema("PeopleHere"),
        },
    },
    "HallwayChange": {
        "type": "object",
        "description": "A row of the user's window of the hallway as it is now; or that the row is gone, because the room "
        "ended (`ended_at`), or left the window or may not be seen any more (`hidden`). The greater cursor is newer; of two equal ones, the later.",
        "required": ["id"],
        "properties": {
            "id": ID,
            "cursor": schema("Cursor"),
            "ended_at": TEXT_OR_NULL,
            "hidden": {"type": "boolean"},
        },
    },
    "ClubsChanged": {
        "type": "object",
        "description": "These clubs changed, or their members, followers, invitations or rooms; null: any may have.",
        "required": ["clubs"],
        "properties": {"clubs": {"type": ["array", "null"], "items": ID}},
    },
    "PeopleMoved": {
        "type": "object",
        "required": ["people"],
        "properties": {"people": schema("PeopleHere")},
    },
    "PeopleHere": {
        "type": "array",
        "description": "People whom the user follows, with the rooms that they are in and everybody may see. "
        "A snapshot has those who are in rooms, if there are some, at most 300; a change those who have come or gone, who may have no `username` and be in no room.",
        "items": {
            "type": "object",
            "required": ["user_id", "rooms"],
            "properties": {
                "user_id": ID,
                "username": TEXT,
                "rooms": {"type": "array", "items": ID},
            },
        },
    },
    "OpenInvitations": {
        "type": "array",
        "description": "All open invitations of the user, oldest first.",
        "items": {
            "type": "object",
            "required": ["id", "code", "club_id", "room_id", "expires_at"],
            "properties": {
                "id": ID,
                "code": TEXT,
                "club_id": {"type": ["integer", "null"]},
                "club": TEXT_OR_NULL,
                "room_id": {"type": ["integer", "null"]},
                "room": TEXT_OR_NULL,
                "invited_by": TEXT_OR_NULL,
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
            "clubs": {"type": "array", "items": schema("ClubsChanged")},
            "people": {"type": "array", "items": schema("PeopleMoved")},
            "cursor": schema("Cursor"),
            "invitations": schema("OpenInvitations"),
            "invitations_cursor": TAG,
            "bye": schema("Bye"),
        },
    },
}
