"""Who may join a room and who sees it: locked rooms, rooms of a club, rooms for invited users."""

from __future__ import annotations

from ...conftest import Connect
from ...people import Psql, refused
from .joining import join


def club_room(psql: Psql, host: str, access: str = "club") -> int:
    """A room in this host's new club; its id."""
    psql.act_as(host)
    club = psql.one("select id from create_club('Kettle')")
    room = psql.one(
        "insert into rooms (name, club_id, access) values ('Tea', %s, %s) returning id",
        club,
        access,
    )
    psql.act_as(None)
    return int(room)


def test_a_locked_room_keeps_its_participants_and_takes_no_new_ones(psql: Psql, room: int) -> None:
    psql.act_as("rick").one("select lock_room(%s)", room)
    with refused("participants_room_is_not_locked"):
        join(psql, room, "eve")
    before = psql.one("select peer_id from roster where username = 'bo'")
    assert join(psql, room, "bo") != before, "another tab of a participant"
    psql.one("select leave_room(%s)", room)
    with refused("participants_room_is_not_locked"):
        join(psql, room, "bo")
    psql.act_as("rick").one("select leave_room(%s)", room)
    join(psql, room, "rick")
    psql.one("select lock_room(%s, false)", room)
    join(psql, room, "eve")


def test_a_join_that_commits_after_the_room_was_locked_is_refused(
    psql: Psql, connect: Connect, room: int
) -> None:
    late, tab = Psql(connect(autocommit=False)), Psql(connect(autocommit=False))
    late.seat(room, "eve")
    tab.act_as("bo").one("select join_room(%s)", room)
    psql.act_as("rick").one("select lock_room(%s)", room)
    with refused("participants_room_is_not_locked"):
        late.connection.commit()
    tab.connection.commit()
    assert psql.roster(room) == ["rick", "anna", "bo"]


def test_a_clubs_own_room_is_for_its_members(psql: Psql) -> None:
    room = club_room(psql, "rick")
    with refused("participants_room_is_for_club_members"):
        join(psql, room, "anna")
    assert psql.act_as("anna").one("select access from hallway") == "club", "which anybody sees"
    psql.act_as("rick").run(
        "insert into members (club_id, user_id) select club_id, %s from rooms",
        psql.person_id("anna"),
    )
    join(psql, room, "anna")


def test_a_room_for_invited_users_is_hidden_from_others(psql: Psql, room: int) -> None:
    psql.act_as("rick").run("update rooms set access = 'invited' where id = %s", room)
    psql.one("select invite_to_room(%s, 'eve')", room)

    def seen(username: str | None) -> list[int]:
        psql.act_as(username)
        return [
            len(psql.all("select 1 from rooms")), len(psql.all("select 1 from hallway")),
            len(psql.all("select 1 from participants")), len(psql.all("select 1 from roster")),
        ]  # fmt: skip

    assert seen("stranger") == [0, 0, 0, 0]
    with refused("participants_room_is_open"):
        join(psql, room, "stranger")
    with refused(
        "participants_room_is_for_invited_users"
    ):  # who has an invitation still has to accept it
        join(psql, room, "eve")
    psql.act_as("stranger")
    with refused(
        "participants_room_is_open"
    ):  # to ask for what one may not know of is to ask for nothing
        psql.one("select require_open_room(%s)", room)
    for insider in ("rick", "bo", "eve", None):
        assert seen(insider) == [1, 1, 3, 3], insider
    psql.connection.execute("set role roomtone_anon")
    assert len(psql.all("select 1 from hallway")) == 0

    psql.act_as(None)
    [(row,)] = psql.all("select hallway_rows()")
    named = psql.all("select username from users where id = any (%s) order by 1", row["readers"])
    assert [name for (name,) in named] == ["anna", "bo", "eve", "rick"]
    head = psql.one("select hallway_seq from logs")
    psql.act_as("eve").one("select decline_invitation(my_invitations() -> 0 ->> 'code')")
    assert seen("eve") == [0, 0, 0, 0]
    psql.act_as(None)
    assert psql.one("select hallway_seq from logs") > head, "relays read the rows again"


def test_everybody_sees_who_is_in_an_open_room(psql: Psql, room: int) -> None:
    [(row,)] = psql.all("select hallway_rows()")
    assert "readers" not in row
    assert psql.act_as("eve").all("select username from roster") == [("rick",), ("anna",), ("bo",)]
