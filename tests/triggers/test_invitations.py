"""Invitations: who makes them, who accepts them, and what they allow."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import LiteralString

import psycopg
import pytest

from ..conftest import Connect
from ..patience import PATIENCE
from ..people import Psql, refused


@pytest.fixture
def psql(psql: Psql) -> Psql:
    for name in ("olga", "ada", "max", "sam", "eve"):
        psql.person(name)
    return psql


@pytest.fixture
def club(psql: Psql) -> int:
    """A club founded by olga, with ada as its admin and max as a member."""
    club = int(psql.act_as("olga").one("select id from found_club('Kettle', ' ', null)"))
    for name, role in (("ada", "ADMIN"), ("max", "MEMBER")):
        psql.run(
            "insert into members (club_id, user_id, role) values (%s, %s, %s)",
            club,
            psql.person_id(name),
            role,
        )
    psql.act_as(None)
    return club


@pytest.fixture
def room(psql: Psql, club: int) -> int:
    """Max's room in the club, where max and sam sit; for members, which sam is none of."""
    psql.act_as("max")
    room = psql.one("insert into rooms (name, club_id) values ('Tea', %s) returning id", club)
    psql.one("select join_room(%s)", room)
    psql.act_as("sam").one("select join_room(%s)", room)
    psql.act_as("max").run("update rooms set access = 'club' where id = %s", room)
    psql.act_as(None)
    return int(room)


def link(psql: Psql, club: int, max_uses: int | None = None) -> str:
    return str(
        psql.act_as("olga").one(
            "select code from invite_to_club(%s, max_uses => %s)", club, max_uses
        )
    )


def accept(psql: Psql, username: str, code: str) -> object:
    return psql.act_as(username).one("select accept_invitation(%s)", code)


def state(psql: Psql, username: str, code: str) -> str:
    return str(psql.act_as(username).one("select invitation(%s) ->> 'state'", code))


def age(psql: Psql, code: str) -> None:
    """Eight days go by."""
    psql.act_as(None).run(
        "update invitations set created_at = created_at - interval '8 days',"
        " expires_at = expires_at - interval '8 days' where code = %s",
        code,
    )


def test_founding_a_club_makes_its_owner_and_first_follower(psql: Psql, club: int) -> None:
    row = "select owner, members, followers, open_rooms, followed, my_role from club_directory"
    assert psql.act_as("olga").all(row) == [("olga", 3, 1, 0, True, "OWNER")]
    assert psql.act_as("sam").all(row) == [("olga", 3, 1, 0, False, None)]
    assert psql.all("select username, role from club_roster") == [
        ("olga", "OWNER"), ("ada", "ADMIN"), ("max", "MEMBER"),
    ]  # fmt: skip
    for name, rule in (
        ("", "clubs_name_is_text"), ("x" * 10_000, "clubs_name_is_text"), ("Kettle", "clubs_name_is_unique"),
    ):  # fmt: skip
        with refused(rule):
            psql.one("select found_club(%s)", name)
    with refused("clubs_topic_is_known"):
        psql.one("select found_club('Moth', null, 'Moths')")


def test_members_leave_a_club_except_its_last_owner(psql: Psql, club: int) -> None:
    assert psql.act_as("max").one("select leave_club(%s)", club) is True
    assert psql.one("select leave_club(%s)", club) is False
    psql.act_as("olga")
    with refused("members_keep_an_owner"):
        psql.one("select leave_club(%s)", club)


def test_who_accepts_a_link_becomes_member_and_follower(psql: Psql, club: int) -> None:
    code = link(psql, club)
    assert len(code) == 24
    psql.connection.execute("set role roomtone_anon")
    told = psql.one("select invitation(%s)", code)
    assert (told["club"], told["room"], told["invited_by"]) == ("Kettle", None, "olga")
    assert (told["state"], told["for_you"]) == ("open", True)
    assert accept(psql, "sam", code) == {"club_id": club, "room_id": None}
    assert psql.all("select my_role, followed from club_directory") == [("MEMBER", True)]
    assert state(psql, "sam", code) == "accepted"
    with refused("invitations_is_accepted_once"):
        accept(psql, "sam", code)
    assert psql.act_as("olga").all("select uses from invitations") == [(1,)]
    assert psql.act_as("max").count("invitations") == 0, "a key is not for everybody to see"
    with refused("invitations_is_known"):
        accept(psql, "eve", "no-such-code")
    with refused("members_are_let_in"):  # having been let in is no right to let in
        psql.run(
            "insert into members (club_id, user_id) values (%s, %s)", club, psql.person_id("eve")
        )


def test_owners_and_admins_invite_to_a_club_and_withdraw(psql: Psql, club: int) -> None:
    for nobody in ("max", "sam"):
        psql.act_as(nobody)
        with refused("invitations_are_made_by_owners_and_admins"):
            psql.one("select invite_to_club(%s, 'eve')", club)
    psql.act_as("ada")
    code = psql.one("select code from invite_to_club(%s)", club)
    for who, rule in (
        ("max", "invitations_not_to_those_inside"),
        ("ada", "invitations_not_to_oneself"),
    ):
        with refused(rule):
            psql.one("select invite_to_club(%s, %s)", club, who)
    with refused("users_is_known"):
        psql.one("select invite_to_club(%s, 'nobody')", club)
    for expires_in in ("91 days", "-1 day", "0"):
        with refused("invitations_end_within_90_days"):
            psql.one("select invite_to_club(%s, expires_in => %s::interval)", club, expires_in)
    with refused("invitations_have_uses"):
        psql.one("select invite_to_club(%s, max_uses => 0)", club)
    assert psql.act_as("sam").run("delete from invitations") == 0
    assert psql.act_as("olga").run("delete from invitations where code = %s", code) == 1
    with refused("invitations_is_known"):
        accept(psql, "sam", code)


def test_links_of_a_user_who_may_no_longer_invite_are_deleted(psql: Psql, club: int) -> None:
    code = psql.act_as("ada").one("select code from invite_to_club(%s)", club)
    psql.act_as("olga").run("update members set role = 'MEMBER' where role = 'ADMIN'")
    with refused("invitations_is_known"):
        accept(psql, "sam", code)


def test_an_expired_invitation_is_refused(psql: Psql, club: int) -> None:
    code = link(psql, club)
    age(psql, code)
    assert state(psql, "sam", code) == "expired"
    with refused("invitations_has_not_expired"):
        accept(psql, "sam", code)
    assert psql.one("select my_role from club_directory") is None


def test_the_last_use_of_a_link_is_accepted_once(psql: Psql, connect: Connect, club: int) -> None:
    code = link(psql, club, 1)
    start = Barrier(2)

    def take(username: str, own: Psql) -> str:
        own.act_as(username)
        start.wait(20)
        try:
            own.one("select accept_invitation(%s)", code)
        except psycopg.errors.CheckViolation as refusal:
            return str(refusal.diag.constraint_name)
        return "in"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(take, ("sam", "eve"), (Psql(connect()), Psql(connect()))))
    assert answers == ["in", "invitations_is_not_used_up"]
    assert psql.one("select count(*) from members") == 4
    assert psql.one("select uses from invitations") == 1
    assert psql.one("select invitation(%s) ->> 'state'", code) == "used up"


def test_accepting_twice_at_once_counts_once(psql: Psql, connect: Connect, club: int) -> None:
    code = link(psql, club, 5)
    first, second = Psql(connect(autocommit=False)), Psql(connect())
    accept(first, "sam", code)
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(accept, second, "sam", code)
        first.connection.commit()
        with refused("invitations_is_accepted_once"):
            other.result(20)
    assert psql.one("select uses from invitations") == 1


def test_a_named_invitation_reaches_only_its_user(psql: Psql, connect: Connect, club: int) -> None:
    listener = connect()
    listener.execute("listen roomtone")
    invitation, code = psql.act_as("olga").all(
        "select id, code from invite_to_club(%s, 'SAM')", club
    )[0]
    [payload] = [n.payload for n in listener.notifies(timeout=PATIENCE, stop_after=1)]
    assert payload == f'{{"invitation" : {invitation}}}'
    sam = psql.person_id("sam")
    [mine] = psql.act_as("sam").one("select my_invitations()")
    assert (mine["id"], mine["code"], mine["club"], mine["invited_by"]) == (
        invitation, code, "Kettle", "olga",
    )  # fmt: skip
    assert psql.act_as("eve").one("select my_invitations()") == []
    with refused("invitations_is_for_somebody_else"):
        accept(psql, "eve", code)
    psql.act_as(None)
    assert psql.all("select relay_invitations(%s)", [invitation]) == [(sam,)]
    assert psql.all(
        "select user_id, jsonb_array_length(invitations) from relay_invitations_of(%s)", [sam]
    ) == [(sam, 1)]
    again = psql.act_as("ada").one("select code from invite_to_club(%s, 'sam')", club)
    assert [i["code"] for i in psql.act_as("sam").one("select my_invitations()")] == [again]
    assert psql.one("select decline_invitation(%s)", again) is True
    assert psql.one("select decline_invitation(%s)", again) is False
    assert psql.one("select my_invitations()") == []
    assert state(psql, "sam", again) == "declined"
    with refused("invitations_is_declined"):
        accept(psql, "sam", again)


def test_participants_invite_others_and_members_only_members_to_their_club(
    psql: Psql, room: int
) -> None:
    psql.act_as("eve")
    with refused("invitations_are_made_by_those_inside"):
        psql.one("select invite_to_room(%s, 'ada')", room)
    psql.act_as("sam")  # sits there, and is no member
    with refused("invitations_are_made_by_those_inside"):
        psql.one("select invite_to_room(%s, 'ada')", room)
    psql.act_as("olga").one("select join_room(%s)", room)
    psql.one("select invite_to_room(%s, 'ada')", room)
    for past_the_club in ("eve", None):
        with refused("invitations_are_made_by_those_inside"):
            psql.one("select invite_to_room(%s, %s)", room, past_the_club)
    psql.act_as("max").run("update rooms set access = 'open' where id = %s", room)
    psql.act_as("sam").one("select invite_to_room(%s, 'eve')", room)
    with refused("invitations_not_to_those_inside"):
        psql.one("select invite_to_room(%s, 'olga')", room)
    psql.act_as("max").one("select lock_room(%s)", room)
    psql.act_as("sam")
    with refused("invitations_are_made_by_those_inside"):
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


def test_a_ban_deletes_the_permission_of_a_guest(psql: Psql, room: int) -> None:
    code = psql.act_as("max").one("select code from invite_to_room(%s)", room)
    accept(psql, "eve", code)
    psql.one("select join_room(%s)", room)
    psql.act_as("max").one("select ban_from_room(%s, 'eve')", room)
    assert psql.count("guests") == 0
    with refused("invitations_not_to_them"):
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


def test_invitations_have_a_limit(psql: Psql, club: int) -> None:
    """Taking invitations back, or making them again, does not make more of them."""
    psql.act_as("olga")
    psql.run("select invite_to_club(%s, 'sam') from generate_series(1, 60)", club)
    assert psql.run("delete from invitations") == 1
    with refused("invitations_come_slowly"):
        psql.one("select invite_to_club(%s, 'eve')", club)
    with refused("invitations_come_slowly"):
        psql.one("select invite_to_club(%s)", club)


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
        psql.one("select relay_reap_seats()")
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


def test_only_people_are_invited_and_to_one_club_or_room(psql: Psql, club: int) -> None:
    psql.act_as(None).run("insert into users (username, kind) values ('band', 'bot')")
    psql.act_as("olga")
    with refused("invitations_are_for_people"):
        psql.one("select invite_to_club(%s, 'band')", club)
    for places in ((None, None), (club, psql.act_as(None).room("olga"))):
        psql.act_as("olga")
        with refused("invitations_are_to_one_place"):
            psql.run("insert into invitations (club_id, room_id) values (%s, %s)", *places)
