"""The calls of functions that are tried."""

from __future__ import annotations

from .world import World


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
