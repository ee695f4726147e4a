"""Raising a hand in psql, being promoted, and the microphone, under the same rules as in a browser."""

from __future__ import annotations

import psycopg
import pytest

from ...people import Psql, refused
from .events import events_of


def queue(psql: Psql, room: int) -> list[str]:
    rows = psql.all(
        "select username from roster where room_id = %s and hand_raised_at is not null"
        " order by hand_raised_at",
        room,
    )
    return [name for (name,) in rows]


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
    with refused("participants_raise_only_their_own_hand"):
        psql.one("select lower_hand(%s, 'anna')", talk)
    psql.act_as("rick")
    with refused("participants_raise_only_their_own_hand"):
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
        with refused("participants_role_is_allowed"):
            psql.one("select promote(%s, %s)", talk, name)
    psql.one("select raise_hand(%s)", talk)
    psql.act_as("rick").one("select promote(%s, 'anna')", talk)
    psql.one("select promote(%s, 'anna', 'MODERATOR')", talk)
    psql.act_as("ben").one("select raise_hand(%s)", talk)
    assert psql.act_as("anna").one("select promote(%s, 'ben')", talk) == "SPEAKER"
    with refused("participants_role_is_allowed"):
        psql.one("select promote(%s, 'ben', 'HOST')", talk)


def test_promoting_a_participant_who_just_left_is_refused(psql: Psql, talk: int) -> None:
    psql.act_as("anna").one("select leave_room(%s)", talk)
    psql.act_as("rick")
    with refused("participants_person_is_here"):
        psql.one("select promote(%s, 'anna')", talk)


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
    with refused("participants_unmute_only_themselves"):
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
