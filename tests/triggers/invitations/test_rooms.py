"""A room's invitations: who makes them, what they allow, and what they do not show."""

from __future__ import annotations

from ...people import Psql, refused
from .links import accept


def test_participants_invite_others_and_members_only_members_to_their_club(
    psql: Psql, room: int
) -> None:
    psql.act_as("eve")
    with refused("invitations_are_made_by_participants"):
        psql.one("select invite_to_room(%s, 'ada')", room)
    psql.act_as("sam")  # sits there, and is no member
    with refused("invitations_are_made_by_participants"):
        psql.one("select invite_to_room(%s, 'ada')", room)
    psql.act_as("olga").one("select join_room(%s)", room)
    psql.one("select invite_to_room(%s, 'ada')", room)
    for past_the_club in ("eve", None):
        with refused("invitations_are_made_by_participants"):
            psql.one("select invite_to_room(%s, %s)", room, past_the_club)
    psql.act_as("max").run("update rooms set access = 'open' where id = %s", room)
    psql.act_as("sam").one("select invite_to_room(%s, 'eve')", room)
    with refused("invitations_not_to_members_or_participants"):
        psql.one("select invite_to_room(%s, 'olga')", room)
    psql.act_as("max").one("select lock_room(%s)", room)
    psql.act_as("sam")
    with refused("invitations_are_made_by_participants"):
        psql.one("select invite_to_room(%s, 'eve')", room)


def test_a_guest_may_join_until_the_permission_is_deleted(psql: Psql, room: int) -> None:
    code = psql.act_as("max").one("select code from invite_to_room(%s)", room)
    psql.run("update rooms set access = 'invited' where id = %s", room)
    assert psql.act_as("eve").one("select count(*) from hallway") == 0
    assert accept(psql, "eve", code) == {"club_id": None, "room_id": room}
    assert psql.one("select access from hallway") == "invited"
    psql.one("select join_room(%s)", room)
    psql.one("select leave_room(%s)", room)
    psql.act_as(None)
    assert psql.all(
        "select type, record ->> 'username' from events where table_name = 'guests'"
    ) == [("INSERT", "eve")]
    assert psql.act_as("max").run("delete from guests where room_id = %s", room) == 1
    psql.act_as("eve")
    with refused("participants_room_is_open"):
        psql.one("select join_room(%s)", room)


def test_an_invitation_does_not_show_its_maker_blocks_and_bans(psql: Psql, room: int) -> None:
    """Answer, row, what it may be asked and taking it back are the same; it reaches nobody."""
    seen = "select code is not null, invited_by, uses, max_uses, declined_at from"
    psql.act_as("max").run("update rooms set access = 'open' where id = %s", room)
    psql.one("select ban_from_room(%s, 'ada')", room)
    psql.act_as("eve").one("select block('sam')")
    psql.act_as("sam")
    answers = {}
    for name in ("olga", "eve", "ada"):  # welcome, blocks sam, is banned
        answer = psql.all(f"{seen} invite_to_room(%s, %s)", room, name)
        rows = psql.all(f"{seen} invitations where invited_user = %s", psql.person_id(name))
        state = psql.one(
            "select invitation(code) - 'code' - 'expires_at' from invitations where invited_user = %s",
            psql.person_id(name),
        )
        answers[name] = (answer, rows, state)
    assert answers["olga"] == answers["eve"] == answers["ada"]
    listed = {}
    for name in ("olga", "eve", "ada"):
        psql.act_as(name)
        listed[name] = (len(psql.one("select my_invitations()")), psql.count("invitations"))
    assert listed == {"olga": (1, 1), "eve": (0, 0), "ada": (0, 0)}
    assert psql.act_as("sam").run("delete from invitations where room_id = %s", room) == 3


def test_an_invitation_without_effect_shows_no_hidden_room(psql: Psql, room: int) -> None:
    psql.act_as("eve").one("select block('max')")
    psql.act_as("max").run("update rooms set access = 'invited' where id = %s", room)
    for name, sees in (("eve", 0), ("ada", 1)):
        psql.act_as("max").one("select invite_to_room(%s, %s)", room, name)
        assert psql.act_as(name).one("select count(*) from hallway") == sees


def test_a_blocked_user_does_not_replace_the_invitation_of_another(psql: Psql, room: int) -> None:
    psql.act_as("max").run("update rooms set access = 'open' where id = %s", room)
    friends = psql.one("select code from invite_to_room(%s, 'eve')", room)
    psql.act_as("eve").one("select block('sam')")
    psql.act_as("sam").one("select invite_to_room(%s, 'eve')", room)
    assert [i["code"] for i in psql.act_as("eve").one("select my_invitations()")] == [friends]
    psql.one("select decline_invitation(%s)", friends)
    psql.one("select unblock('sam')")
    assert psql.one("select my_invitations()") == [], "the answer was to the room"
