"""The room as it was at a moment, and its events replayed."""

from __future__ import annotations

from ...people import Psql, refused


def words(psql: Psql, room: int) -> list[str]:
    return [what for (what,) in psql.all("select what from replay_room(%s)", room)]


def test_the_room_can_be_seen_as_it_was(psql: Psql, talk: int) -> None:
    before = psql.one("select clock_timestamp()")
    psql.act_as("anna").one("select raise_hand(%s)", talk)
    psql.act_as("rick").one("select promote(%s, 'anna')", talk)
    psql.act_as("ben").one("select leave_room(%s)", talk)
    psql.act_as(None)
    between = psql.one("select clock_timestamp()")
    psql.act_as("rick").one("select leave_room(%s)", talk)
    psql.act_as(None)
    then = "select username, role from room_at(%s, %s)"
    assert psql.all(then, talk, before) == [
        ("rick", "HOST"),
        ("anna", "AUDIENCE"),
        ("ben", "AUDIENCE"),
    ]
    assert psql.all(then, talk, between) == [("rick", "HOST"), ("anna", "SPEAKER")]
    assert psql.all(then, talk, None) == [("anna", "SPEAKER")]


def test_the_past_reaches_as_far_as_the_log(psql: Psql, talk: int) -> None:
    early = psql.one("select created_at - interval '1 second' from rooms")
    with refused("events_are_still_kept"):
        psql.all("select * from room_at(%s, %s)", talk, early)
    middle = psql.one("select clock_timestamp()")
    psql.act_as("ben").one("select leave_room(%s)", talk)
    psql.act_as("anna").one("select raise_hand(%s)", talk)
    psql.act_as(None).one("select relay_delete_old_rows(interval '1 hour', 2)")  # keeps two events
    assert len(psql.all("select from events")) == 2
    with refused("events_are_still_kept"):
        psql.all("select * from room_at(%s, %s)", talk, middle)
    at_the_tail = psql.one("select min(committed_at) from events")
    assert psql.all("select username, hand_raised_at from room_at(%s, %s)", talk, at_the_tail) == [
        ("rick", None),
        ("anna", None),
    ]
    assert psql.all("select what, roster from replay_room(%s)", talk) == [
        ("ben leaves", "rick host, anna audience"),
        ("anna raises a hand", "rick host, anna audience"),
    ]


def test_a_replay_describes_each_event(psql: Psql, talk: int) -> None:
    psql.act_as("anna").one("select raise_hand(%s)", talk)
    psql.act_as("rick").one("select promote(%s, 'anna')", talk)
    psql.act_as("anna").one("select unmute(%s)", talk)
    psql.act_as("anna").one("select say(%s, 'good evening')", talk)
    psql.act_as("rick").one("select mute(%s, 'anna')", talk)
    psql.run(
        "delete from participants where user_id = (select id from users where username = 'ben')"
    )
    psql.one("select leave_room(%s)", talk)
    psql.one("select join_room(%s)", talk)
    psql.one("select end_room(%s)", talk)
    psql.act_as(None)
    lines = words(psql, talk)
    assert [*lines[:-2], *sorted(lines[-2:])] == [
        "rick opens the room",
        "rick joins as HOST",
        "anna joins as AUDIENCE",
        "ben joins as AUDIENCE",
        "anna raises a hand",
        "anna becomes SPEAKER by rick",
        "anna switches the microphone on",
        "anna: good evening",
        "anna is muted by rick",
        "rick removes ben",
        "rick leaves, and keeps the seat",
        "rick returns",
        "the room ends",
        "anna leaves, the room has ended",
        "rick leaves, the room has ended",
    ]
    rosters = [roster for (roster,) in psql.all("select roster from replay_room(%s)", talk)]
    assert rosters[0] is None
    assert rosters[8] == "rick host, anna, ben audience"
    assert rosters[-1] is None


def test_a_replay_may_begin_with_the_newest_events(psql: Psql, talk: int) -> None:
    psql.act_as("ben").one("select leave_room(%s)", talk)
    psql.act_as("anna").one("select raise_hand(%s)", talk)
    assert psql.all("select what, roster from replay_room(%s, 2)", talk) == [
        ("ben leaves", "rick host, anna audience"),
        ("anna raises a hand", "rick host, anna audience"),
    ]
    assert psql.all("select what from replay_room(%s, 0)", talk) == []


def test_only_participants_read_the_past(psql: Psql, talk: int) -> None:
    psql.person("outsider")
    psql.act_as("outsider")
    for statement in ("select * from room_at(%s)", "select * from replay_room(%s)"):
        with refused("participants_only_for_participants"):
            psql.all(statement, talk)


def test_a_replay_shows_only_the_signals_of_the_user(psql: Psql) -> None:
    room = psql.room("rick")
    rick = psql.seat(room, "rick")
    psql.seat(room, "anna")
    psql.seat(room, "ben")
    psql.act_as("anna").signal(room, rick, "offer")
    assert "anna offers to rick" in words(psql.act_as("rick"), room)
    assert "anna offers to rick" not in words(psql.act_as("ben"), room)
    assert "anna offers to rick" in words(psql.act_as(None), room)
