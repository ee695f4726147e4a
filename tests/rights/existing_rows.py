"""The rows that are there, for the statements of `probes.py`."""

from __future__ import annotations

from collections.abc import Iterator

from .attempt import Probe
from .world import IN_THE_CLUB, SEATED, World


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
        case "captions":
            speaks = actor in ("speaker", "moderator", "host")
            yield from _own(me if speaks else None, f"user_id = {me} and room_id = {room}")
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
        case "follows":
            yield from _own(me, f"user_id = {me}")
            yield "rest", f"user_id = {people['fay']}"
        case "followed_people":
            yield from _own(me, f"user_id = {people['friend']}")
            yield "rest", f"user_id <> {people['friend']}"
        case "passkeys":
            yield from _own(me, f"user_id = {me} and name = 'Key'")
            yield "rest", f"user_id = {people['fay']} and name = 'Key'"
        case "access_tokens":
            yield from _own(me, f"user_id = {me} and name = 'Bot'")
            yield "rest", f"user_id = {people['fay']} and name = 'Bot'"
        case "push_subscriptions" | "unwanted_pushes":
            yield from _own(me, f"user_id = {me}")
            yield "rest", f"user_id = {people['fay']}"
        case "calendar_addresses":
            yield from _own(me, f"user_id = {me}")
            yield "rest", f"user_id = {people['fay']}"
        case "calendar":
            yield "rest", f"id = {world.later_room}"
            yield "hidden", f"id = {world.hidden_later_room}"
        case "reports":
            yield from _own(me if actor in SEATED else None, f"reporter = {me}")
            yield "rest", f"reporter = {people['fay']}"
        case "club_directory":
            yield "club", f"id = {club}"
            yield "rest", f"id = {far_club}"
        case "club_roster":
            yield "club", f"user_id = {people['friend']} and club_id = {club}"
            yield "rest", f"user_id = {people['fay']} and club_id = {far_club}"
        case "co_host_notices":
            yield from _own(me, f"user_id = {me}")
            yield "rest", f"user_id = {people['foe']}"
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
        case "sender_keys":
            if actor in SEATED:
                yield "own", f"to_peer = '{world.peers[actor]}'"
            yield "room", f"to_peer = '{world.peers['guest']}'"
        case _:
            yield "all", "true"


def _own(me: int | None, condition: str) -> Iterator[Probe]:
    if me is not None:
        yield "own", condition
