"""What is tried: for each table and operation, on whose rows, with which statement.

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
        case "participants" | "roster":
            yield from _own(me if actor in SEATED else None, f"user_id = {me} and room_id = {room}")
            yield "room", f"user_id = {people['guest']} and room_id = {room}"
            if actor != "host":
                yield "host", f"user_id = {people['host']} and room_id = {room}"
            yield "rest", f"user_id = {people['fay']} and room_id = {far_room}"
        case "bans":
            banned = f"user_id = {people['banned']} and room_id = {room}"
            yield ("own" if actor == "banned" else "room"), banned
            yield "rest", f"room_id = {far_room}"
        case "messages":
            yield from _own(me if actor in SEATED else None, f"user_id = {me} and room_id = {room}")
            yield "room", f"user_id = {people['guest']} and room_id = {room}"
            yield "rest", f"room_id = {far_room}"
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
    "signals": "kind = 'bye'",
    "logs": "head_seq = 0",
    "events": "seq = 0",
    "nodes": "kind = 'sfu'",
    "secrets": "value = ''",
    "revoked_tokens": "expires_at = now()",
    "schema_installs": "version = ''",
    "hallway": "name = 'Coffee'",
    "roster": "muted = true",
    "signal_trace": "answered_at = now()",
}


def update(table: str, actor: str, world: World) -> Iterator[Probe]:
    for label, condition in rows(table, actor, world):
        yield label, f"update {table} set {CHANGES[table]} where {condition}"


def insert(table: str, actor: str, world: World) -> Iterator[Probe]:
    """New rows: one's own, or in somebody else's name or place."""
    people, room, far_room = world.people, world.room, world.far_room
    club, far_club = world.club, world.far_club
    me = people.get(actor, people["foe"])  # whoever is nobody tries it in a stranger's name
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
        case "secrets":
            yield "all", "insert into secrets (name, value) values ('mine', '')"
        case "revoked_tokens":
            yield "all", "insert into revoked_tokens (jti, expires_at) values ('2', now())"
        case "schema_installs":
            yield "all", "insert into schema_installs (fingerprint, version) values ('', '')"
        case "hallway" | "roster" | "signal_trace":
            column = {"hallway": "name", "roster": "room", "signal_trace": "path"}[table]
            yield "all", f"insert into {table} ({column}) values ('x')"


def call(function: str, arguments: list[str], world: World) -> str:
    """A call of a function: about the room where it takes one, else with nothing but nulls."""
    about = {
        "act_as": "'far'",
        "end_room": f"{world.room}",
        "join_room": f"{world.room}",
        "leave_room": f"{world.room}",
        "require_open_room": f"{world.room}",
        "lower_hand": f"{world.room}, 'guest'",
        "mute": f"{world.room}, 'guest'",
        "promote": f"{world.room}, 'guest', 'AUDIENCE'",
        "raise_hand": f"{world.room}",
        "replay_room": f"{world.room}",
        "require_occupant": f"{world.room}, 'guest'",
        "require_seat": f"{world.room}",
        "room_at": f"{world.room}",
        "room_log": f"{world.room}, null, {world.epoch}, 0",
        "room_snapshot": f"{world.room}",
        "say": f"{world.room}, 'Hello'",
        "sign_in": "'newcomer'",
        "unmute": f"{world.room}",
    }
    given = about.get(function, ", ".join(f"null::{kind}" for kind in arguments))
    return f"select {function}({given})"


OPERATIONS = {"select": select, "insert": insert, "update": update, "delete": delete}


def _own(me: int | None, condition: str) -> Iterator[Probe]:
    if me is not None:
        yield "own", condition
