"""Invitations that no longer hold: of a user who may no longer invite, to an ended room, to a banned guest."""

from __future__ import annotations

from typing import LiteralString

import pytest

from ...people import Psql, refused
from .links import accept, state


def test_links_of_a_user_who_may_no_longer_invite_are_deleted(psql: Psql, club: int) -> None:
    code = psql.act_as("ada").one("select code from invite_to_club(%s)", club)
    psql.act_as("olga").run("update members set role = 'MEMBER' where role = 'ADMIN'")
    with refused("invitations_is_known"):
        accept(psql, "sam", code)


def test_a_ban_deletes_the_permission_of_a_guest(psql: Psql, room: int) -> None:
    code = psql.act_as("max").one("select code from invite_to_room(%s)", room)
    accept(psql, "eve", code)
    psql.one("select join_room(%s)", room)
    psql.act_as("max").one("select ban_from_room(%s, 'eve')", room)
    assert psql.count("guests") == 0
    with refused("invitations_not_to_banned_users"):
        psql.one("select invite_to_room(%s, 'eve')", room)
    other = psql.one("select code from invite_to_room(%s)", room)
    with refused("participants_is_not_banned"):
        accept(psql, "eve", other)


def test_an_invitation_ends_with_its_room(psql: Psql, room: int) -> None:
    code = psql.act_as("max").one("select code from invite_to_room(%s, 'eve')", room)
    psql.one("select end_room(%s)", room)
    assert state(psql, "eve", code) == "ended"
    assert psql.one("select my_invitations()") == []
    with refused("participants_room_is_open"):
        accept(psql, "eve", code)
    psql.act_as("max")
    with refused("participants_room_is_open"):
        psql.one("select invite_to_room(%s, 'eve')", room)


LOSSES: dict[str, LiteralString] = {
    "banned": "select ban_from_room(%s, 'sam')",
    "removed": "select remove_from_room(%s, 'sam')",
    "demoted": "select promote(%s, 'sam', 'SPEAKER')",
    "moved to the audience": "select move_to_audience(%s, 'sam')",
}


@pytest.mark.parametrize("loss", [*LOSSES, "stepped down", "left", "timed out", "signed out"])
def test_the_invitations_of_a_former_moderator_are_deleted(
    psql: Psql, room: int, loss: str
) -> None:
    psql.act_as("max").one("select promote(%s, 'sam', 'MODERATOR')", room)
    hosts = psql.one("select code from invite_to_room(%s)", room)
    psql.act_as("sam")
    made = [
        psql.one("select code from invite_to_room(%s)", room),
        psql.one("select code from invite_to_room(%s, 'eve')", room),
    ]
    if loss in LOSSES:
        psql.act_as("max").one(LOSSES[loss], room)
    elif loss == "stepped down":
        psql.one("select step_down(%s)", room)
    elif loss == "left":
        psql.one("select leave_room(%s)", room)
    elif loss == "signed out":
        psql.one("select sign_out()")
    else:
        psql.act_as(None).run(
            "update participants set expires_at = now() where user_id = %s", psql.person_id("sam")
        )
        psql.one("select relay_reap_seats('10 minutes')")
    for code in made:
        with refused("invitations_is_known"):
            accept(psql, "eve", code)
    assert accept(psql, "eve", hosts) == {"club_id": None, "room_id": room}


@pytest.mark.parametrize("how", ["handed over", "lost", "handed over by the operator"])
def test_a_former_hosts_invitations_are_withdrawn(psql: Psql, room: int, how: str) -> None:
    psql.act_as("max").run("update rooms set host_gone = 'handover' where id = %s", room)
    code = psql.one("select code from invite_to_room(%s)", room)
    if how == "lost":
        psql.one("select leave_room(%s)", room)
    elif how == "handed over":
        psql.one("select hand_over(%s, 'sam')", room)
    else:
        psql.act_as(None).one("select hand_over(%s, 'sam')", room)
    assert psql.act_as("sam").one("select host from hallway") == "sam"
    with refused("invitations_is_known"):
        accept(psql, "eve", code)


def test_a_named_invitation_stays_valid_unless_its_maker_is_removed(psql: Psql, room: int) -> None:
    psql.act_as("max").run("update rooms set access = 'open' where id = %s", room)
    code = psql.act_as("sam").one("select code from invite_to_room(%s, 'eve')", room)
    psql.one("select leave_room(%s)", room)
    assert state(psql, "eve", code) == "open"
    psql.act_as("sam").one("select join_room(%s)", room)
    psql.act_as("max").one("select remove_from_room(%s, 'sam')", room)
    with refused("invitations_is_known"):
        accept(psql, "eve", code)
