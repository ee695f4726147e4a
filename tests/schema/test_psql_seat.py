"""Taking part in a room from psql, under the same rules as from a browser."""

from __future__ import annotations

import psycopg
import pytest

from ..conftest import Connect
from ..people import Psql, refused


@pytest.fixture
def talk(psql: Psql) -> int:
    """A moderated room: rick hosts, then anna and ben came to listen."""
    room = psql.room("rick", "Talk", "moderated")
    for name in ("rick", "anna", "ben"):
        psql.act_as(None).person(name)
        psql.act_as(name).one("select join_room(%s)", room)
    psql.act_as(None)
    return room


def queue(psql: Psql, room: int) -> list[str]:
    rows = psql.all(
        "select username from roster where room_id = %s and hand_raised_at is not null"
        " order by hand_raised_at",
        room,
    )
    return [name for (name,) in rows]


def events_of(psql: Psql, room: int, table: str) -> list[tuple[str, object, object]]:
    psql.act_as(None)
    return [
        (kind, record, old)
        for kind, record, old in psql.all(
            "select type, record, old_record from events where room_id = %s and table_name = %s"
            " order by seq",
            room,
            table,
        )
    ]


def words(psql: Psql, room: int) -> list[str]:
    return [what for (what,) in psql.all("select what from replay_room(%s)", room)]


# hands


def test_hands_queue_in_the_order_they_were_raised(psql: Psql, talk: int) -> None:
    first = psql.act_as("ben").one("select raise_hand(%s)", talk)
    psql.act_as("anna").one("select raise_hand(%s)", talk)
    assert queue(psql, talk) == ["ben", "anna"]
    assert psql.act_as("ben").one("select raise_hand(%s)", talk) == first, "twice keeps the place"
    assert psql.one("select lower_hand(%s)", talk) is True
    assert psql.one("select lower_hand(%s)", talk) is False
    assert queue(psql, talk) == ["anna"]


def test_a_raised_hand_is_logged(psql: Psql, talk: int) -> None:
    psql.act_as("anna").one("select raise_hand(%s)", talk)
    kind, record, old = events_of(psql, talk, "participants")[-1]
    assert kind == "UPDATE"
    assert isinstance(record, dict)
    assert isinstance(old, dict)
    assert record["username"] == "anna"
    assert record["hand_raised_at"] is not None
    assert old["hand_raised_at"] is None


def test_the_database_sets_when_a_hand_was_raised(psql: Psql, talk: int) -> None:
    psql.act_as("anna").run(
        "update participants set hand_raised_at = '2001-01-01' where user_id = acting_user()"
    )
    assert psql.one("select min(hand_raised_at) > now() - interval '1 minute' from roster")


def test_moderators_lower_hands_and_cannot_raise_them(psql: Psql, talk: int) -> None:
    psql.act_as("anna").one("select raise_hand(%s)", talk)
    psql.act_as("ben")
    with refused("participants_only_they_raise_hands"):
        psql.one("select lower_hand(%s, 'anna')", talk)
    psql.act_as("rick")
    with refused("participants_only_they_raise_hands"):
        psql.run(
            "update participants set hand_raised_at = now()"
            " where room_id = %s and user_id = (select id from users where username = 'ben')",
            talk,
        )
    assert psql.one("select lower_hand(%s, 'Anna')", talk) is True
    assert queue(psql, talk) == []


def test_an_open_stage_has_no_queue(psql: Psql) -> None:
    room = psql.room("rick")
    psql.seat(room, "anna", "AUDIENCE")
    psql.act_as("anna")
    with refused("participants_hands_are_for_moderated_stages"):
        psql.one("select raise_hand(%s)", room)


def test_participants_on_stage_cannot_raise_a_hand(psql: Psql, talk: int) -> None:
    psql.act_as("rick")
    with refused("participants_only_the_audience_raises_hands"):
        psql.one("select raise_hand(%s)", talk)


def test_a_raised_hand_survives_a_lost_connection(psql: Psql, talk: int) -> None:
    psql.act_as("anna").one("select raise_hand(%s)", talk)
    psql.one("select join_room(%s)", talk)
    assert queue(psql, talk) == ["anna"]


# the stage


def test_a_promoted_participant_speaks_and_the_hand_is_lowered(psql: Psql, talk: int) -> None:
    psql.act_as("anna").one("select raise_hand(%s)", talk)
    assert psql.act_as("rick").one("select promote(%s, 'anna')", talk) == "SPEAKER"
    assert psql.all("select username, role, hand_raised_at from roster order by seq") == [
        ("rick", "HOST", None),
        ("anna", "SPEAKER", None),
        ("ben", "AUDIENCE", None),
    ]
    assert psql.one("select promote(%s, 'anna', 'AUDIENCE')", talk) == "AUDIENCE"


def test_only_moderators_promote(psql: Psql, talk: int) -> None:
    psql.act_as("anna")
    for name in ("anna", "ben", "rick"):
        with refused("participants_role_is_given"):
            psql.one("select promote(%s, %s)", talk, name)
    psql.one("select raise_hand(%s)", talk)
    psql.act_as("rick").one("select promote(%s, 'anna')", talk)
    psql.one("select promote(%s, 'anna', 'MODERATOR')", talk)
    psql.act_as("ben").one("select raise_hand(%s)", talk)
    assert psql.act_as("anna").one("select promote(%s, 'ben')", talk) == "SPEAKER"
    with refused("participants_role_is_given"):
        psql.one("select promote(%s, 'ben', 'HOST')", talk)


def test_promoting_a_participant_who_just_left_is_refused(psql: Psql, talk: int) -> None:
    psql.act_as("anna").one("select leave_room(%s)", talk)
    psql.act_as("rick")
    with refused("participants_person_is_here"):
        psql.one("select promote(%s, 'anna')", talk)


# microphones


def test_moderators_mute_and_only_the_participant_unmutes(psql: Psql, talk: int) -> None:
    psql.act_as("anna").one("select raise_hand(%s)", talk)
    psql.act_as("rick").one("select promote(%s, 'anna')", talk)
    psql.act_as("anna")
    assert psql.one("select unmute(%s)", talk) is True
    assert psql.one("select unmute(%s)", talk) is False
    psql.act_as("ben")
    with refused("participants_only_moderators_mute"):
        psql.one("select mute(%s, 'anna')", talk)
    assert psql.act_as("rick").one("select mute(%s, 'anna')", talk) is True
    assert psql.one("select mute(%s, 'anna')", talk) is False
    with refused("participants_only_they_unmute"):
        psql.run("update participants set muted = false where role = 'SPEAKER'")
    assert psql.act_as("anna").one("select unmute(%s)", talk) is True
    assert psql.one("select mute(%s)", talk) is True


def test_the_audience_has_no_microphone(psql: Psql, talk: int) -> None:
    psql.act_as("ben")
    with refused("participants_audience_is_muted"):
        psql.one("select unmute(%s)", talk)


def test_the_operator_may_mute_but_has_no_microphone(psql: Psql, talk: int) -> None:
    psql.act_as("rick").one("select unmute(%s)", talk)
    psql.act_as(None)
    assert psql.one("select mute(%s, 'rick')", talk) is True
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="signed in"):
        psql.one("select unmute(%s)", talk)


# messages


def test_only_participants_read_messages(psql: Psql, talk: int) -> None:
    psql.person("outsider")
    said = psql.act_as("anna").one("select say(%s, %s)", talk, "hello\nthere 👋")
    assert psql.act_as("ben").all("select id, body from messages") == [(said, "hello\nthere 👋")]
    assert psql.act_as("outsider").all("select id from messages") == []
    with refused("participants_only_for_those_inside"):
        psql.one("select say(%s, 'me too')", talk)
    psql.act_as("anna").one("select leave_room(%s)", talk)
    assert psql.all("select id from messages") == [(said,)], "users can read their own messages"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        psql.run("insert into messages (room_id, user_id, body) values (%s, 1, 'not me')", talk)


@pytest.mark.parametrize("body", ["", " \n ", "x" * 2001, "alarm\x07", "back\rspace"])
def test_a_message_is_text(psql: Psql, talk: int, body: str) -> None:
    psql.act_as("anna")
    with refused("messages_body_is_text"):
        psql.one("select say(%s, %s)", talk, body)


def test_authors_and_moderators_delete_messages(psql: Psql, talk: int) -> None:
    mine = psql.act_as("anna").one("select say(%s, 'mine')", talk)
    other = psql.one("select say(%s, 'also mine')", talk)
    assert psql.act_as("ben").run("delete from messages where id = %s", mine) == 0
    assert psql.act_as("anna").run("delete from messages where id = %s", mine) == 1
    assert psql.act_as("rick").run("delete from messages where id = %s", other) == 1
    kinds = events_of(psql, talk, "messages")
    assert [kind for kind, _, _ in kinds] == ["INSERT", "INSERT", "DELETE", "DELETE"]
    _, record, _ = kinds[0]
    assert isinstance(record, dict)
    assert (record["username"], record["body"]) == ("anna", "mine")
    _, _, old = kinds[2]
    assert isinstance(old, dict)
    assert old["id"] == mine
    assert "body" not in old, "the text of a deleted message is not in the event"


def test_nobody_writes_in_a_room_that_ended(psql: Psql, talk: int) -> None:
    psql.act_as("rick").one("select end_room(%s)", talk)
    with refused("participants_room_is_open"):
        psql.one("select say(%s, 'still here?')", talk)


def test_a_banned_user_cannot_write(psql: Psql, talk: int, connect: Connect) -> None:
    slow = Psql(connect(autocommit=False)).act_as("anna")
    slow.one("select say(%s, 'and another thing')", talk)
    psql.run(
        "insert into bans (room_id, user_id) select %s, id from users where username = 'anna'", talk
    )
    with refused("participants_is_not_banned"):
        slow.connection.commit()
    assert psql.count("messages") == 0


# time


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
    with refused("events_reach_back"):
        psql.all("select * from room_at(%s, %s)", talk, early)
    middle = psql.one("select clock_timestamp()")
    psql.act_as("ben").one("select leave_room(%s)", talk)
    psql.act_as("anna").one("select raise_hand(%s)", talk)
    psql.act_as(None).one("select relay_delete_old_rows(interval '1 hour', 2)")  # keeps two events
    assert len(psql.all("select from events")) == 2
    with refused("events_reach_back"):
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
    told = words(psql, talk)
    assert [*told[:-2], *sorted(told[-2:])] == [
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
        with refused("participants_only_for_those_inside"):
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
