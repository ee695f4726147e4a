"""Nobody is brought on stage without consent: participants ask and are invited, or are invited and accept."""

from __future__ import annotations

from typing import LiteralString

import psycopg
import pytest

from ...conftest import Connect
from ...people import Psql, refused, waits_for
from .seats import LISTENS, ROLE, SPEAKS, seat, words


@pytest.mark.parametrize("role", ["SPEAKER", "MODERATOR"])
@pytest.mark.parametrize("stage", ["open", "moderated"])
def test_no_participant_is_brought_on_stage_without_consent(
    psql: Psql, stage: str, role: str
) -> None:
    room = psql.room("rick", stage=stage)
    psql.seat(room, "anna", "AUDIENCE")
    psql.act_as("rick")
    with refused("participants_have_asked_to_speak"):
        psql.one("select promote(%s, 'anna', %s)", room, role)
    with refused("participants_have_asked_to_speak"):
        psql.run("update participants set role = %s where role = 'AUDIENCE'", role)
    assert psql.one(ROLE, "anna") == "AUDIENCE"


def test_the_operator_needs_no_consent(psql: Psql, talk: int) -> None:
    assert psql.one("select promote(%s, 'anna')", talk) == "SPEAKER"


def test_an_invited_participant_accepts(psql: Psql, talk: int) -> None:
    assert psql.act_as("mo").one("select invite_to_speak(%s, 'Anna')", talk) == "AUDIENCE"
    assert seat(psql, "anna") == ("AUDIENCE", False, True, False)
    assert psql.act_as("anna").one("select accept_to_speak(%s)", talk) == "SPEAKER"
    assert seat(psql, "anna") == SPEAKS
    assert psql.one("select muted from roster where username = 'anna'") is True
    assert words(psql, talk)[-2:] == [
        "anna is invited to speak by mo",
        "anna becomes SPEAKER by invitation",
    ]


def test_accepting_is_taking_the_role(psql: Psql, talk: int) -> None:
    psql.act_as("anna")
    with refused("participants_role_is_allowed"):
        psql.run("update participants set role = 'SPEAKER' where user_id = acting_user()")
    psql.act_as("rick").one("select invite_to_speak(%s, 'anna')", talk)
    psql.act_as("anna")
    with refused("participants_role_is_allowed"):
        psql.run("update participants set role = 'MODERATOR' where user_id = acting_user()")
    psql.run("update participants set role = 'SPEAKER' where user_id = acting_user()")
    assert seat(psql, "anna") == SPEAKS


def test_an_invited_participant_declines_and_may_be_invited_again(psql: Psql, talk: int) -> None:
    for _ in range(2):
        psql.act_as("rick").one("select invite_to_speak(%s, 'anna')", talk)
        psql.act_as("anna")
        assert psql.one("select decline_to_speak(%s)", talk) is True
        assert psql.one("select decline_to_speak(%s)", talk) is False
        assert seat(psql, "anna") == LISTENS
        psql.act_as("anna")
    assert words(psql, talk)[-1] == "anna declines the invitation to speak"


def test_accepting_twice_or_after_a_withdrawal_is_refused(psql: Psql, talk: int) -> None:
    psql.act_as("anna")
    with refused("participants_was_invited_to_speak"):
        psql.one("select accept_to_speak(%s)", talk)
    psql.act_as("rick").one("select invite_to_speak(%s, 'anna')", talk)
    assert psql.one("select withdraw_invitation_to_speak(%s, 'anna')", talk) is True
    assert psql.one("select withdraw_invitation_to_speak(%s, 'anna')", talk) is False
    psql.act_as("anna")
    with refused("participants_was_invited_to_speak"):
        psql.one("select accept_to_speak(%s)", talk)
    with refused("participants_role_is_allowed"):
        psql.run("update participants set role = 'SPEAKER' where user_id = acting_user()")
    psql.act_as("rick").one("select invite_to_speak(%s, 'anna')", talk)
    psql.act_as("anna").one("select accept_to_speak(%s)", talk)
    with pytest.raises(psycopg.errors.CheckViolation, match="on stage already"):
        psql.one("select accept_to_speak(%s)", talk)
    assert "anna is no longer invited to speak" in words(psql, talk)


def test_an_invitation_with_a_raised_hand_brings_on_stage(psql: Psql, talk: int) -> None:
    psql.act_as("anna").one("select raise_hand(%s)", talk)
    assert psql.act_as("rick").one("select invite_to_speak(%s, 'anna')", talk) == "SPEAKER"
    assert seat(psql, "anna") == SPEAKS
    assert words(psql, talk)[-1] == "anna becomes SPEAKER by rick"


def test_raising_a_hand_with_an_invitation_brings_on_stage(psql: Psql, talk: int) -> None:
    psql.act_as("rick").one("select invite_to_speak(%s, 'anna')", talk)
    assert psql.act_as("anna").one("select raise_hand(%s)", talk) is None
    assert seat(psql, "anna") == SPEAKS


def test_an_invited_participant_goes_on_stage_when_it_becomes_open(psql: Psql) -> None:
    room = psql.room("rick")
    psql.seat(room, "anna", "AUDIENCE")
    psql.act_as("rick").one("select invite_to_speak(%s, 'anna')", room)
    assert psql.act_as("anna").one("select raise_hand(%s)", room) is None
    assert seat(psql, "anna") == SPEAKS


def test_only_moderators_invite_and_not_themselves(psql: Psql, talk: int) -> None:
    psql.act_as("anna")
    with refused("participants_only_for_moderators"):
        psql.one("select invite_to_speak(%s, 'ben')", talk)
    for name in ("anna", "ben"):  # ben's seat she does not even see for writing
        statement = "update participants p set invited_to_speak_at = now() from users u where u.id = p.user_id and username = %s"
        if name == "ben":
            assert psql.run(statement, name) == 0
        else:
            with refused("participants_only_moderators_invite_to_speak"):
                psql.run(statement, name)
    assert psql.one("select count(*) from roster where invited_to_speak_at is not null") == 0


def test_participants_on_stage_or_who_left_are_not_invited(psql: Psql, talk: int) -> None:
    psql.act_as("rick")
    assert psql.one("select invite_to_speak(%s, 'mo')", talk) == "MODERATOR"
    with refused("participants_only_the_audience_is_invited"):
        psql.run("update participants set invited_to_speak_at = now() where role = 'MODERATOR'")
    psql.act_as("anna").one("select leave_room(%s)", talk)
    psql.act_as("rick")
    for statement in ("select invite_to_speak(%s, 'anna')", "select promote(%s, 'anna')"):
        with refused("participants_person_is_here"):
            psql.one(statement, talk)


def test_an_invitation_goes_with_the_seat_but_survives_a_lost_connection(
    psql: Psql, talk: int
) -> None:
    psql.act_as("rick").one("select invite_to_speak(%s, 'anna')", talk)
    psql.act_as("anna").one("select join_room(%s)", talk)
    assert psql.one("select invited_to_speak_at is not null from join_room(%s)", talk) is True
    psql.one("select leave_room(%s)", talk)
    psql.one("select join_room(%s)", talk)
    assert seat(psql, "anna") == LISTENS


def test_the_database_sets_since_when_a_participant_is_invited(psql: Psql, talk: int) -> None:
    psql.act_as("rick")
    psql.run("update participants set invited_to_speak_at = '2001-01-01' where role = 'AUDIENCE'")
    first = "select min(invited_to_speak_at) from roster"
    since = psql.one(first)
    assert psql.one("select %s > now() - interval '1 minute'", since)
    psql.one("select invite_to_speak(%s, 'anna')", talk)
    assert psql.one(first) == since, "twice is once"


def test_two_moderators_may_invite_at_the_same_time(
    psql: Psql, talk: int, connect: Connect
) -> None:
    psql.act_as("anna").one("select raise_hand(%s)", talk)
    slow = Psql(connect(autocommit=False)).act_as("mo")
    slow.one("select invite_to_speak(%s, 'anna')", talk)
    psql.act_as("rick")
    with waits_for(slow, psql, "select invite_to_speak(%s, 'anna')", talk) as answer:
        slow.connection.commit()
        assert answer.result() == "SPEAKER"
    lines = words(psql, talk)
    assert lines[-1] == "anna becomes SPEAKER by mo"
    assert len(lines) == 7


@pytest.mark.parametrize(
    "statement",
    ["select promote(%s, 'anna')", "select invite_to_speak(%s, 'anna')"],
)
def test_a_participant_who_leaves_at_the_same_time_is_not_brought_on_stage(
    psql: Psql, talk: int, connect: Connect, statement: LiteralString
) -> None:
    psql.act_as("anna").one("select raise_hand(%s)", talk)
    leaving = Psql(connect(autocommit=False)).act_as("anna")
    leaving.one("select leave_room(%s)", talk)
    psql.act_as("rick")
    with waits_for(leaving, psql, statement, talk) as answer:
        leaving.connection.commit()
        with refused("participants_person_is_here"):
            answer.result()


def test_only_participants_see_the_queue_in_the_order_of_hands(psql: Psql, talk: int) -> None:
    psql.person("outsider")
    for name in ("ben", "anna"):
        psql.act_as(name).one("select raise_hand(%s)", talk)
    queue = "select place, username from hand_queue where room_id = %s"
    for reader in ("rick", "anna", None):
        assert psql.act_as(reader).all(queue, talk) == [(1, "ben"), (2, "anna")]
    assert psql.act_as("outsider").all(queue, talk) == []
    psql.act_as("rick").one("select promote(%s, 'ben')", talk)
    assert psql.all(queue, talk) == [(1, "anna")]
