"""The rows that are tried to be inserted: as the actor, or as another user or for another room or club."""

from __future__ import annotations

from collections.abc import Iterator

from .attempt import Probe
from .world import SEATED, World

BODY = "'{}'"


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
        case "captions":
            yield "room", f"insert into captions (room_id, text) values ({room}, 'Hello')"
            yield "rest", f"insert into captions (room_id, text) values ({far_room}, 'Hello')"
            yield (
                "rest",
                f"insert into captions (room_id, user_id, text) values ({room}, {someone}, 'x')",
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
        case "follows":
            follow = "insert into follows (user_id, followed_id) values"
            yield "own", f"insert into follows (followed_id) values ({people['gina']})"
            yield "rest", f"{follow} ({someone}, {people['gina']})"
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
        case "sender_keys":
            give = "insert into sender_keys (room_id, to_peer, from_peer, kid, wrapped, signature) values"
            for label, sender in (("own", actor if actor in SEATED else None), ("room", "gina")):
                if sender is not None:
                    ends = f"'{world.peers['guest']}', '{world.peers[sender]}'"
                    yield label, f"{give} ({room}, {ends}, 9, repeat('w', 59), repeat('s', 86))"
        case "logs":
            yield "all", "insert into logs (room_id, epoch) values (4711, 1)"
        case "events":
            event = "insert into events (room_id, seq, table_name, type, record) values"
            yield "all", f"{event} ({room}, 99, 'rooms', 'INSERT', {BODY})"
        case "nodes":
            yield "all", "insert into nodes (id, kind) values ('mine', 'relay')"
        case "mix_receivers":
            values = f"{room}, 'mine', '127.0.0.1', 9, repeat('a', 40)"
            yield (
                "all",
                f"insert into mix_receivers (room_id, node_id, address, port, key) values ({values})",
            )
        case "speakers":
            yield "all", "insert into speakers (room_id, users) values (4711, '{1}')"
        case "assignments":
            yield "all", f"insert into assignments (room_id, node_id) values ({room}, 'mine')"
        case "secrets":
            yield "all", "insert into secrets (name, value) values ('mine', '')"
        case "revoked_tokens":
            yield "all", "insert into revoked_tokens (jti, expires_at) values ('2', now())"
        case "openid_sessions":
            yield (
                "all",
                "insert into openid_sessions (jti, user_id, expires_at) values ('2', 1, now())",
            )
        case "passkeys":
            for label, user in (("own", me), ("rest", someone)):
                yield (
                    label,
                    "insert into passkeys (user_id, credential_id, public_key, user_handle, sign_count, name)"
                    f" values ({user or 'null'}, 'new', 'x', 'x', 0, 'Mine')",
                )
        case "access_tokens":
            for label, user in (("own", me), ("rest", someone)):
                yield (
                    label,
                    "insert into access_tokens (user_id, name, expires_at)"
                    f" values ({user or 'null'}, 'Mine', now())",
                )
        case "co_host_notices":
            yield "own", f"insert into co_host_notices values ({room}, {me})"
            yield "rest", f"insert into co_host_notices values ({far_room}, {someone})"
        case "calendar_entries":
            yield "all", f"insert into calendar_entries values ({room}, {room})"
        case "push_subscriptions":
            keys = "'B' || repeat('A', 86), repeat('A', 22)"
            for label, user in (("own", me), ("rest", someone)):
                yield (
                    label,
                    "insert into push_subscriptions (user_id, endpoint, p256dh, auth)"
                    f" values ({user or 'null'}, 'https://push.example/new', {keys})",
                )
        case "unwanted_pushes":
            for label, user in (("own", me), ("rest", someone)):
                yield label, f"insert into unwanted_pushes values ({user or 'null'}, 'speak')"
        case "push_occasions":
            yield (
                "all",
                f"insert into push_occasions (kind, room_id, expires_at) values ('followed', {room}, now())",
            )
        case "pushes":
            yield "all", "insert into pushes (occasion_id, subscription_id) values (1, 1)"
        case "calendar_addresses":
            for label, user in (("own", me), ("rest", someone)):
                yield label, f"insert into calendar_addresses values ({user or 'null'}, 'x')"
        case "passkey_challenges":
            yield (
                "all",
                "insert into passkey_challenges (challenge, address, expires_at) values ('x', '', now())",
            )
        case "recovery_links":
            yield (
                "all",
                "insert into recovery_links (secret_hash, user_id, expires_at) values ('x', 1, now())",
            )
        case "schema_installs":
            yield "all", "insert into schema_installs (fingerprint, version) values ('', '')"
        case "deleted_recordings":
            yield "all", "insert into deleted_recordings (file, of_original) values ('x', false)"
        case "roster_sizes":
            yield "all", "insert into roster_sizes (counted_above, full_below) values (9, 8)"
        case "topology_sizes":
            yield "all", "insert into topology_sizes (edge_after) values (9)"
        case "lab_lanes":
            yield "all", "insert into lab_lanes (place, label) values (9, 'x')"
        case "database_marks":
            yield "all", "insert into database_marks values (now(), 1, 2, 3)"
        case (
            "hallway"
            | "calendar"
            | "roster"
            | "signal_trace"
            | "hand_queue"
            | "club_directory"
            | "club_roster"
            | "archive"
            | "followed_people"
            | "lab_progress"
        ):
            column = {
                "hallway": "name", "roster": "room", "signal_trace": "path", "hand_queue": "username",
                "club_directory": "name", "club_roster": "role", "archive": "room",
                "followed_people": "room", "calendar": "name", "lab_progress": "label",
            }[table]  # fmt: skip
            yield "all", f"insert into {table} ({column}) values ('x')"
