"""A club's invitations: who makes and withdraws them, and who becomes a member by one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg

from ...conftest import Connect
from ...patience import PATIENCE
from ...people import Psql, notified, refused
from .links import accept, age, link, state


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
            psql.one("select create_club(%s)", name)
    with refused("clubs_topic_is_known"):
        psql.one("select create_club('Moth', null, 'Moths')")


def test_members_leave_a_club_except_its_last_owner(psql: Psql, club: int) -> None:
    assert psql.act_as("max").one("select leave_club(%s)", club) is True
    assert psql.one("select leave_club(%s)", club) is False
    psql.act_as("olga")
    with refused("members_last_owner_stays"):
        psql.one("select leave_club(%s)", club)


def test_who_accepts_a_link_becomes_member_and_follower(psql: Psql, club: int) -> None:
    code = link(psql, club)
    assert len(code) == 24
    psql.connection.execute("set role roomtone_anon")
    invitation = psql.one("select invitation(%s)", code)
    assert (invitation["club"], invitation["room"], invitation["invited_by"]) == (
        "Kettle",
        None,
        "olga",
    )
    assert (invitation["state"], invitation["for_you"]) == ("open", True)
    assert accept(psql, "sam", code) == {"club_id": club, "room_id": None}
    assert psql.all("select my_role, followed from club_directory") == [("MEMBER", True)]
    assert state(psql, "sam", code) == "accepted"
    with refused("invitations_is_accepted_once"):
        accept(psql, "sam", code)
    assert psql.act_as("olga").all("select uses from invitations") == [(1,)]
    assert psql.act_as("max").count("invitations") == 0, "a key is not for everybody to see"
    with refused("invitations_is_known"):
        accept(psql, "eve", "no-such-code")
    with refused(
        "members_are_added_by_owners_and_admins"
    ):  # having been let in is no right to let in
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
        ("max", "invitations_not_to_members_or_participants"),
        ("ada", "invitations_not_to_yourself"),
    ):
        with refused(rule):
            psql.one("select invite_to_club(%s, %s)", club, who)
    with refused("users_is_known"):
        psql.one("select invite_to_club(%s, 'nobody')", club)
    for expires_in in ("91 days", "-1 day", "0"):
        with refused("invitations_end_within_90_days"):
            psql.one("select invite_to_club(%s, expires_in => %s::interval)", club, expires_in)
    with refused("invitations_max_uses_is_positive"):
        psql.one("select invite_to_club(%s, max_uses => 0)", club)
    assert psql.act_as("sam").run("delete from invitations") == 0
    assert psql.act_as("olga").run("delete from invitations where code = %s", code) == 1
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
        start.wait(PATIENCE)
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
            other.result(PATIENCE)
    assert psql.one("select uses from invitations") == 1


def test_a_named_invitation_reaches_only_its_user(psql: Psql, connect: Connect, club: int) -> None:
    listener = connect()
    listener.execute("listen roomtone")
    invitation, code = psql.act_as("olga").all(
        "select id, code from invite_to_club(%s, 'SAM')", club
    )[0]
    assert notified(listener) == [f'{{"invitation" : {invitation}}}']
    sam = psql.person_id("sam")
    [mine] = psql.act_as("sam").one("select my_invitations()")
    assert (mine["id"], mine["code"], mine["club"], mine["invited_by"]) == (
        invitation, code, "Kettle", "olga",
    )  # fmt: skip
    assert psql.act_as("eve").one("select my_invitations()") == []
    with refused("invitations_is_for_you"):
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
    with refused("invitations_is_not_declined"):
        accept(psql, "sam", again)


def test_invitations_have_a_limit(psql: Psql, club: int) -> None:
    """Taking invitations back, or making them again, does not make more of them."""
    psql.act_as("olga")
    psql.run("select invite_to_club(%s, 'sam') from generate_series(1, 60)", club)
    assert psql.run("delete from invitations") == 1
    with refused("invitations_are_rate_limited"):
        psql.one("select invite_to_club(%s, 'eve')", club)
    with refused("invitations_are_rate_limited"):
        psql.one("select invite_to_club(%s)", club)


def test_only_people_are_invited_and_to_one_club_or_room(psql: Psql, club: int) -> None:
    psql.act_as(None).run("insert into users (username, kind) values ('band', 'bot')")
    psql.act_as("olga")
    with refused("invitations_are_for_people"):
        psql.one("select invite_to_club(%s, 'band')", club)
    for places in ((None, None), (club, psql.act_as(None).room("olga"))):
        psql.act_as("olga")
        with refused("invitations_are_to_a_club_or_a_room"):
            psql.run("insert into invitations (club_id, room_id) values (%s, %s)", *places)
