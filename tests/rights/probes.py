"""The statements that are tried: for each table and operation, on whose rows."""

from __future__ import annotations

from collections.abc import Iterator

from .attempt import Probe
from .existing_rows import rows
from .new_rows import insert
from .world import World


def select(table: str, actor: str, world: World) -> Iterator[Probe]:
    for label, condition in rows(table, actor, world):
        yield label, f"select 1 from {table} where {condition}"


def delete(table: str, actor: str, world: World) -> Iterator[Probe]:
    for label, condition in rows(table, actor, world):
        yield label, f"delete from {table} where {condition}"


CHANGES = {
    "topics": "name = 'Coffee'",
    "users": "bio = 'Me.'",
    "clubs": "description = 'Ours.'",
    "followers": "created_at = now()",
    "members": "role = case role when 'ADMIN' then 'MEMBER' else 'ADMIN' end",
    "rooms": "name = 'Coffee'",
    "participants": "muted = true",
    "bans": "created_at = now()",
    "messages": "body = 'Never said.'",
    "captions": "text = 'Hello there', final = true",
    "reactions": "emoji = '🔥'",
    "paces": "last_at = now()",
    "used_peer_ids": "used_at = now()",
    "blocks": "created_at = now()",
    "follows": "created_at = now()",
    "followed_people": "since = now()",
    "passkeys": "name = 'Mine'",
    "access_tokens": "name = 'Mine'",
    "passkey_challenges": "used_at = now()",
    "recovery_links": "used_at = now()",
    "co_host_notices": "created_at = now()",
    "calendar": "name = 'Coffee'",
    "calendar_entries": "sequence = 0",
    "calendar_addresses": "created_at = now()",
    "push_subscriptions": "created_at = now()",
    "unwanted_pushes": "kind = 'speak'",
    "push_occasions": "expires_at = now()",
    "pushes": "due_at = now()",
    "reports": "resolved_at = now()",
    "reminders": "seen_at = now()",
    "guests": "created_at = now()",
    "kept_roles": "role = 'MODERATOR'",
    "visits": "left_at = now()",
    "invitations": "max_uses = 100",
    "acceptances": "accepted_at = now()",
    "club_directory": "name = 'Coffee'",
    "club_roster": "role = 'OWNER'",
    "recordings": "deleted_at = now()",
    "recorded_seats": "user_id = 1",
    "deleted_recordings": "of_original = true",
    "archive": "room = 'Coffee'",
    "signals": "kind = 'bye'",
    "sender_keys": "kid = 2",
    "logs": "head_seq = 0",
    "events": "seq = 0",
    "nodes": "kind = 'sfu'",
    "assignments": "node_id = 'mine'",
    "mix_receivers": "node_id = 'mine'",
    "speakers": "users = '{}'",
    "secrets": "value = ''",
    "revoked_tokens": "expires_at = now()",
    "openid_sessions": "sid = ''",
    "schema_installs": "version = ''",
    "database_marks": "noticed_at = now()",
    "roster_sizes": "counted_above = 200",
    "topology_sizes": "edge_after = 200",
    "lab_lanes": "label = 'x'",
    "lab_progress": "label = 'x'",
    "hallway": "name = 'Coffee'",
    "roster": "muted = true",
    "hand_queue": "hand_raised_at = now()",
    "signal_trace": "answered_at = now()",
}


def update(table: str, actor: str, world: World) -> Iterator[Probe]:
    for label, condition in rows(table, actor, world):
        yield label, f"update {table} set {CHANGES[table]} where {condition}"


OPERATIONS = {"select": select, "insert": insert, "update": update, "delete": delete}
