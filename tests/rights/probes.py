"""The statements that are tried: for each table and operation, on whose rows.

A probe is a label and a statement; the labels are those of the legend in `expected.md`.
"""

from __future__ import annotations

from collections.abc import Iterator

from .world import IN_THE_CLUB, SEATED, World

Probe = tuple[str, str]

BODY = "'{}'"


def rows(table: str, actor: str, world: World) -> Iterator[Probe]:
    """Rows that are there, each as a label and the condition that finds it."""
    people, room, far_room = world.people, world.room, world.far_room
    club, far_club = world.club, world.far_club
    me = people.get(actor)
    match table:
        case "users":
            yield from _own(me, f"id = {me}")
            yield "rest", f"id = {people['far']}"
        case "clubs":
            yield "club", f"id = {club}"
            yield "rest", f"id = {far_club}"
        case "followers":
            yield from _own(me, f"user_id = {me} and club_id = {club}")
            yield "rest", f"user_id = {people['fay']} and club_id = {club}"
        case "members":
            yield from _own(
                me if actor in IN_THE_CLUB else None, f"user_id = {me} and club_id = {club}"
            )
            yield "club", f"user_id = {people['friend']} and club_id = {club}"
            if actor != "owner":
                yield "owner", f"user_id = {people['owner']} and club_id = {club}"
            yield "rest", f"user_id = {people['fay']} and club_id = {far_club}"
        case "rooms" | "hallway":
            yield "room", f"id = {room}"
            yield "rest", f"id = {far_room}"
            yield "hidden", f"id = {world.hidden_room}"
        case "participants" | "roster":
            yield from _own(me if actor in SEATED else None, f"user_id = {me} and room_id = {room}")
            yield "room", f"user_id = {people['guest']} and room_id = {room}"
            if actor != "host":
                yield "host", f"user_id = {people['host']} and room_id = {room}"
            yield "rest", f"user_id = {people['fay']} and room_id = {far_room}"
            yield "hidden", f"room_id = {world.hidden_room}"
        case "bans":
            banned = f"user_id = {people['banned']} and room_id = {room}"
            yield ("own" if actor == "banned" else "room"), banned
            yield "rest", f"room_id = {far_room}"
        case "messages" | "reactions":
            yield from _own(me if actor in SEATED else None, f"user_id = {me} and room_id = {room}")
            yield "room", f"user_id = {people['guest']} and room_id = {room}"
            yield "rest", f"room_id = {far_room}"
        case "recordings" | "archive":
            yield "room", f"room_id = {room}"
            yield "rest", f"room_id = {far_room}"
        case "recorded_seats":
            yield "room", f"user_id = {people['audience']}"
            yield "rest", f"user_id = {people['fay']}"
        case "hand_queue":
            yield "room", f"user_id = {people['listener']} and room_id = {room}"
            yield "rest", f"room_id = {far_room}"
        case "blocks":
            yield from _own(me, f"user_id = {me}")
            yield "rest", f"user_id = {people['fay']}"
        case "reports":
            yield from _own(me if actor in SEATED else None, f"reporter = {me}")
            yield "rest", f"reporter = {people['fay']}"
        case "club_directory":
            yield "club", f"id = {club}"
            yield "rest", f"id = {far_club}"
        case "club_roster":
            yield "club", f"user_id = {people['friend']} and club_id = {club}"
            yield "rest", f"user_id = {people['fay']} and club_id = {far_club}"
        case "reminders":
            yield from _own(me, f"user_id = {me} and room_id = {world.next_room}")
            yield "rest", f"user_id = {people['foe']} and room_id = {world.next_room}"
        case "guests":
            yield from _own(
                me if actor == "outsider" else None, f"user_id = {me} and room_id = {room}"
            )
            yield "room", f"user_id = {people['fay']} and room_id = {room}"
            yield "rest", f"user_id = {people['foe']} and room_id = {far_room}"
        case "kept_roles":
            yield from _own(
                me if actor == "outsider" else None, f"user_id = {me} and room_id = {room}"
            )
            yield "room", f"user_id = {people['fay']} and room_id = {room}"
            yield "rest", f"user_id = {people['foe']} and room_id = {far_room}"
        case "visits":
            yield "room", f"user_id = {people['fay']} and room_id = {room}"
            yield "rest", f"user_id = {people['foe']} and room_id = {far_room}"
            yield "hidden", f"room_id = {world.hidden_room}"
        case "invitations":
            if actor == "outsider":
                yield "own", f"invited_user = {me}"
            elif actor == "moderator":
                yield "own", f"invited_by = {me}"
            yield "room", f"room_id = {room} and invited_user = {people['foe']}"
            yield "club", f"club_id = {club} and invited_user = {people['foe']}"
            yield "rest", f"club_id = {far_club}"
        case "acceptances":
            yield from _own(me if actor == "outsider" else None, f"user_id = {me}")
            yield "club", f"user_id = {people['fay']}"
            yield "rest", f"user_id = {people['gina']}"
        case "signals" | "signal_trace":
            if actor in SEATED:
                mine = world.peers[actor]
                yield "own", f"'{mine}' in (from_peer, to_peer)"
            yield "room", f"from_peer = '{world.peers['gina']}'"
            yield "rest", f"room_id = {far_room}"
        case _:
            yield "all", "true"


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
    "reactions": "emoji = '🔥'",
    "paces": "last_at = now()",
    "used_peer_ids": "used_at = now()",
    "blocks": "created_at = now()",
    "reports": "resolved_at = now()",
    "reminders": "created_at = now()",
    "guests": "created_at = now()",
    "kept_roles": "role = 'MODERATOR'",
    "visits": "left_at = now()",
    "invitations": "max_uses = 100",
    "acceptances": "accepted_at = now()",
    "club_directory": "name = 'Coffee'",
    "club_roster": "role = 'OWNER'",
    "recordings": "deleted_at = now()",
    "recorded_seats": "user_id = 1",
    "archive": "room = 'Coffee'",
    "signals": "kind = 'bye'",
    "logs": "head_seq = 0",
    "events": "seq = 0",
    "nodes": "kind = 'sfu'",
    "assignments": "node_id = 'mine'",
    "secrets": "value = ''",
    "revoked_tokens": "expires_at = now()",
    "schema_installs": "version = ''",
    "hallway": "name = 'Coffee'",
    "roster": "muted = true",
    "hand_queue": "hand_raised_at = now()",
    "signal_trace": "answered_at = now()",
}


def update(table: str, actor: str, world: World) -> Iterator[Probe]:
    for label, condition in rows(table, actor, world):
        yield label, f"update {table} set {CHANGES[table]} where {condition}"


def insert(table: str, actor: str, world: World) -> Iterator[Probe]:
    """New rows: as the actor, or as another user or for another room or club."""
    people, room, far_room = world.people, world.room, world.far_room
    club, far_club = world.club, world.far_club
    me = people.get(actor, people["foe"])  # actors who are not a user try it as another user
    someone = people["foe"]
    match table:
        case "topics":
            yield "all", "insert into topics (name) values ('Coffee')"
        case "users":
            yield "all", "insert into users (username) values ('newcomer')"
        case "clubs":
            yield "own", "insert into clubs (name) values ('Moth')"
            yield "rest", f"insert into clubs (name, owner_id) values ('Moth', {someone})"
        case "followers":
            yield "own", f"insert into followers (club_id) values ({far_club})"
            yield "rest", f"insert into followers (user_id, club_id) values ({someone}, {club})"
        case "members":
            add = "insert into members (club_id, user_id, role) values"
            yield "own", f"{add} ({far_club}, {me}, 'MEMBER')"
            yield "club", f"{add} ({club}, {someone}, 'MEMBER')"
            yield "owner", f"{add} ({club}, {someone}, 'OWNER')"
            yield "rest", f"{add} ({far_club}, {someone}, 'MEMBER')"
        case "rooms":
            yield "own", "insert into rooms (name) values ('Mine')"
            yield "club", f"insert into rooms (name, club_id) values ('Ours', {club})"
            yield "rest", f"insert into rooms (name, club_id) values ('Theirs', {far_club})"
            yield "rest", f"insert into rooms (name, host_id) values ('Yours', {someone})"
        case "participants":
            sit = "insert into participants (room_id, user_id) values"
            again = "on conflict (room_id, user_id) do update set peer_id = excluded.peer_id"
            yield "own", f"{sit} ({far_room}, {me})"
            yield "room", f"{sit} ({room}, {me}) {again}"
            yield "rest", f"{sit} ({room}, {someone})"
            yield "hidden", f"{sit} ({world.hidden_room}, {me})"
        case "reminders":
            remind = "insert into reminders (room_id, user_id) values"
            yield "own", f"insert into reminders (room_id) values ({world.later_room})"
            yield "rest", f"{remind} ({world.later_room}, {someone})"
        case "guests":
            let_in = "insert into guests (room_id, user_id) values"
            yield "own", f"{let_in} ({far_room}, {me})"
            yield "room", f"{let_in} ({room}, {someone})"
        case "kept_roles" | "visits":
            keep = {
                "kept_roles": "insert into kept_roles (expires_at, role, room_id, user_id) values (now(), 'SPEAKER'",
                "visits": "insert into visits (left_at, role, room_id, user_id) values (now(), 'SPEAKER'",
            }[table]
            yield "own", f"{keep}, {far_room}, {me})"
            yield "room", f"{keep}, {room}, {someone})"
        case "invitations":
            yield (
                "own",
                f"insert into invitations (room_id, invited_user) values ({room}, {someone})",
            )
            yield "room", f"insert into invitations (room_id) values ({room})"
            yield "club", f"insert into invitations (club_id) values ({club})"
            yield "rest", f"insert into invitations (club_id) values ({far_club})"
            yield "rest", f"insert into invitations (room_id) values ({far_room})"
        case "acceptances":
            accept = "insert into acceptances (invitation_id, user_id) select id"
            yield "own", f"{accept}, {me} from invitations where code = 'link'"
            yield "rest", f"{accept}, {someone} from invitations where code = 'link'"
        case "bans":
            yield "room", f"insert into bans (room_id, user_id) values ({room}, {people['guest']})"
            if actor != "host":
                yield (
                    "host",
                    f"insert into bans (room_id, user_id) values ({room}, {people['host']})",
                )
            yield (
                "rest",
                f"insert into bans (room_id, user_id) values ({far_room}, {people['fay']})",
            )
        case "messages":
            yield "room", f"insert into messages (room_id, body) values ({room}, 'Hello')"
            yield "rest", f"insert into messages (room_id, body) values ({far_room}, 'Hello')"
            yield (
                "rest",
                f"insert into messages (room_id, user_id, body) values ({room}, {someone}, 'x')",
            )
        case "reactions":
            yield "room", f"insert into reactions (room_id, emoji) values ({room}, '👏')"
            yield "rest", f"insert into reactions (room_id, emoji) values ({far_room}, '👏')"
            yield (
                "rest",
                f"insert into reactions (room_id, user_id, emoji) values ({room}, {someone}, '👏')",
            )
        case "paces":
            yield "all", f"insert into paces values ({room}, {me}, 'reactions', now(), now())"
        case "used_peer_ids":
            yield "all", "insert into used_peer_ids values (gen_random_uuid())"
        case "blocks":
            yield "own", f"insert into blocks (blocked_id) values ({people['friend']})"
            yield (
                "rest",
                f"insert into blocks (user_id, blocked_id) values ({someone}, {people['friend']})",
            )
        case "reports":
            report = "insert into reports (room_id, reported_id, reason) values"
            yield "room", f"{report} ({room}, {people['guest']}, 'Rude')"
            yield "rest", f"{report} ({far_room}, {people['fay']}, 'Rude')"
            yield (
                "rest",
                "insert into reports (room_id, reported_id, reporter, reason)"
                f" values ({room}, {people['guest']}, {someone}, 'Rude')",
            )
        case "recordings":
            yield "room", f"insert into recordings (room_id) values ({room})"
            yield "rest", f"insert into recordings (room_id) values ({far_room})"
        case "recorded_seats":
            yield "own", f"insert into recorded_seats values ({world.recording}, {me})"
        case "signals":
            send = "insert into signals (room_id, to_peer, from_peer, kind, body) values"
            for label, where, to, sender in (
                ("own", room, "guest", actor if actor in SEATED else None),
                ("room", room, "guest", "gina"),
                ("rest", far_room, "far", "fay"),
            ):
                if sender is not None:
                    ends = f"'{world.peers[to]}', '{world.peers[sender]}'"
                    yield label, f"{send} ({where}, {ends}, 'bye', {BODY})"
        case "logs":
            yield "all", "insert into logs (room_id, epoch) values (4711, 1)"
        case "events":
            event = "insert into events (room_id, seq, table_name, type, record) values"
            yield "all", f"{event} ({room}, 99, 'rooms', 'INSERT', {BODY})"
        case "nodes":
            yield "all", "insert into nodes (id, kind) values ('mine', 'relay')"
        case "assignments":
            yield "all", f"insert into assignments (room_id, node_id) values ({room}, 'mine')"
        case "secrets":
            yield "all", "insert into secrets (name, value) values ('mine', '')"
        case "revoked_tokens":
            yield "all", "insert into revoked_tokens (jti, expires_at) values ('2', now())"
        case "schema_installs":
            yield "all", "insert into schema_installs (fingerprint, version) values ('', '')"
        case (
            "hallway"
            | "roster"
            | "signal_trace"
            | "hand_queue"
            | "club_directory"
            | "club_roster"
            | "archive"
        ):
            column = {
                "hallway": "name", "roster": "room", "signal_trace": "path", "hand_queue": "username",
                "club_directory": "name", "club_roster": "role", "archive": "room",
            }[table]  # fmt: skip
            yield "all", f"insert into {table} ({column}) values ('x')"


def call(function: str, arguments: list[str], world: World) -> str:
    """A call of a function: about the room where it takes one, else with nothing but nulls."""
    about = {
        "accept_invitation": "'link'",
        "accept_to_speak": f"{world.room}",
        "act_as": "'far'",
        "ask_to_unmute": f"{world.room}, 'guest'",
        "ban_from_room": f"{world.room}, 'guest'",
        "block": "'friend'",
        "delete_recording": f"{world.recording}",
        "recording_chat": f"{world.recording}",
        "require_recording": f"{world.recording}",
        "start_recording": f"{world.room}",
        "stop_recording": f"{world.next_room}",
        "decline_invitation": "'named'",
        "decline_to_speak": f"{world.room}",
        "end_room": f"{world.room}",
        "found_club": "'Moth'",
        "hand_over": f"{world.room}, 'guest'",
        "invitation": "'link'",
        "invite_to_club": f"{world.club}, 'foe'",
        "invite_to_room": f"{world.room}, 'foe'",
        "invite_to_speak": f"{world.room}, 'listener'",
        "join_room": f"{world.room}",
        "leave_club": f"{world.club}",
        "leave_room": f"{world.room}",
        "lock_room": f"{world.room}",
        "node_heartbeat": "'sfu-1'",
        "node_register": "'sfu-2', 'sfu', 1",
        "open_room": f"{world.next_room}",
        "require_open_room": f"{world.room}",
        "lower_hand": f"{world.room}, 'guest'",
        "move_to_audience": f"{world.room}, 'guest'",
        "mute": f"{world.room}, 'guest'",
        "mute_all": f"{world.room}",
        "pin_link": f"{world.room}, 'https://tea.example/'",
        "promote": f"{world.room}, 'guest', 'AUDIENCE'",
        "raise_hand": f"{world.room}",
        "react": f"{world.room}, '👏'",
        "remove_from_room": f"{world.room}, 'guest'",
        "report": f"{world.room}, 'guest', 'Rude'",
        "require_moderator": f"{world.room}",
        "require_user": "'guest'",
        "replay_room": f"{world.room}",
        "require_occupant": f"{world.room}, 'guest'",
        "require_seat": f"{world.room}",
        "room_at": f"{world.room}",
        "room_log": f"{world.room}, null, {world.epoch}, 0",
        "room_snapshot": f"{world.room}",
        "say": f"{world.room}, 'Hello'",
        "sign_in": "'newcomer'",
        "slow_mode": f"{world.room}, 10",
        "step_down": f"{world.room}",
        "unban": f"{world.room}, 'banned'",
        "unblock": "'foe'",
        "unmute": f"{world.room}",
        "withdraw_invitation_to_speak": f"{world.room}, 'listener'",
    }
    given = about.get(function, ", ".join(f"null::{kind}" for kind in arguments))
    return f"select {function}({given})"


OPERATIONS = {"select": select, "insert": insert, "update": update, "delete": delete}


def _own(me: int | None, condition: str) -> Iterator[Probe]:
    if me is not None:
        yield "own", condition
