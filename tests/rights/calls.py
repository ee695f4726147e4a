"""The calls of functions that are tried."""

from __future__ import annotations

import re

from .world import World

NOW = "jsonb_build_object('auth_time', extract(epoch from now()))"


ARGUMENT = re.compile(r"(?:[^,']|'[^']*')+")
"""One of them in a list of what users give: commas stand in its quotes only."""


def call(function: str, arguments: list[str], world: World) -> str:
    """A call of a function that is useful to a user who may call it, as far as there is one."""
    return f"select {function}({values(function, arguments, world)})"


def separately(function: str, arguments: list[str], world: World) -> list[str]:
    """The arguments of a call that a user makes. Those with a default may be missing."""
    return ARGUMENT.findall(values(function, arguments, world))


def values(function: str, arguments: list[str], world: World) -> str:
    """What it is called with: about the room where it takes one, else nothing but nulls."""
    about = {
        "accept_invitation": "'link'",
        "accept_to_speak": f"{world.room}",
        "act_as": "'far'",
        "ask_to_unmute": f"{world.room}, 'guest'",
        "ban_from_room": f"{world.room}, 'guest'",
        "add_co_host": f"{world.next_room}, 'friend'",
        "remove_co_host": f"{world.next_room}, 'friend'",
        "block": "'friend'",
        "calendar_of_club": f"{world.club}",
        "calendar_of_person": "'host'",
        "delete_club": f"{world.far_club}",
        "delete_caption": f"{world.caption}",
        "delete_recording": f"{world.recording}",
        "recording_captions": f"{world.recording}",
        "recording_chat": f"{world.recording}",
        "require_recording": f"{world.recording}",
        "start_recording": f"{world.room}",
        "stop_recording": f"{world.next_room}",
        "decline_invitation": "'named'",
        "decline_to_speak": f"{world.room}",
        "disable_user": "'guest'",
        "enable_user": "'guest'",
        "end_room": f"{world.room}",
        "create_club": "'Moth'",
        "follow": "'gina'",
        "hand_over": f"{world.room}, 'guest'",
        "hand_over_club": f"{world.club}, 'member'",
        "invitation": "'link'",
        "invite_to_club": f"{world.club}, 'foe'",
        "invite_to_room": f"{world.room}, 'foe'",
        "invite_to_speak": f"{world.room}, 'listener'",
        "join_room": f"{world.room}",
        "leave_club": f"{world.club}",
        "leave_and_hand_over": f"{world.room}, 'guest'",
        "leave_room": f"{world.room}",
        "leave_room_running": f"{world.room}",
        "lock_room": f"{world.room}",
        "node_heartbeat": "'sfu-1'",
        "node_register": "'sfu-2', 'sfu', 1",
        "open_room": f"{world.next_room}",
        "require_open_room": f"{world.room}",
        "require_broadcast": f"{world.room}",
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
        "require_club_owner": f"{world.club}",
        "require_user": "'guest'",
        "replay_room": f"{world.room}",
        "require_participant": f"{world.room}, 'guest'",
        "require_seat": f"{world.room}",
        "room_at": f"{world.room}",
        "room_log": f"{world.room}, null, {world.epoch}, 0",
        "room_snapshot": f"{world.room}",
        "say": f"{world.room}, 'Hello'",
        "sign_in": "'newcomer'",
        "sign_in_by_subject": "'https://issuer.example', '1', '{}', true",
        "relay_begin_openid_session": f"'one', {world.people['guest']}, null, null, '1 hour', now()",
        "relay_end_openid_sessions": "'https://issuer.example', '1', null, 'one', now()",
        "create_recovery_link": "'guest'",
        "relay_begin_passkey": "'an address', 'newcomer', null, null",
        "relay_begin_passkey_sign_in": "'an address'",
        "relay_create_passkey": f"'made', {world.people['guest']}, 'new', 'x', 0, '{{}}', 'Mine', 'an address', 100",
        "relay_passkey": f"'{world.people['guest']}Key'",
        "relay_require_recent_sign_in": NOW,
        "relay_create_access_token": f"{NOW} || jsonb_build_object('sub', {world.people['guest']}), 'Mine', 1",
        "relay_sign_in_by_passkey": f"'{world.people['guest']}Key', 1",
        "relay_use_passkey_challenge": "'1', true",
        "set_slow_mode": f"{world.room}, 10",
        "step_down": f"{world.room}",
        "unban": f"{world.room}, 'banned'",
        "unblock": "'foe'",
        "undo_removal": f"{world.room}, 'foe'",
        "unfollow": "'friend'",
        "unmute": f"{world.room}",
        "withdraw_invitation_to_speak": f"{world.room}, 'listener'",
    }
    return about.get(function, ", ".join(f"null::{kind}" for kind in arguments))
