"""On stage: stepping down, and microphones that moderators mute and ask to unmute."""

from __future__ import annotations

import psycopg
import pytest

from ...people import Psql, refused
from .seats import LISTENS, SPEAKS, seat, words


def test_participants_step_down_and_are_moved_to_the_audience(psql: Psql, talk: int) -> None:
    psql.act_as(None).one("select promote(%s, 'anna')", talk)
    psql.act_as("anna").one("select unmute(%s)", talk)
    psql.act_as("ben")
    with refused("participants_only_for_moderators"):
        psql.one("select move_to_audience(%s, 'anna')", talk)
    psql.act_as("mo")
    assert psql.one("select move_to_audience(%s, 'anna')", talk) is True
    assert psql.one("select move_to_audience(%s, 'anna')", talk) is False
    assert psql.one("select muted from roster where username = 'anna'") is True
    assert psql.one("select step_down(%s)", talk) is True
    assert psql.one("select step_down(%s)", talk) is False
    with refused("participants_only_for_moderators"):
        psql.one("select move_to_audience(%s, 'anna')", talk)
    psql.act_as("rick")
    with pytest.raises(psycopg.errors.CheckViolation, match="the host stays"):
        psql.one("select step_down(%s)", talk)


def test_a_moderator_asks_and_only_they_unmute(psql: Psql, talk: int) -> None:
    psql.act_as(None).one("select promote(%s, 'anna')", talk)
    psql.act_as("ben")
    with refused("participants_only_for_moderators"):
        psql.one("select ask_to_unmute(%s, 'anna')", talk)
    psql.act_as("mo")
    assert psql.one("select ask_to_unmute(%s, 'anna')", talk) is True
    assert psql.one("select ask_to_unmute(%s, 'anna')", talk) is False
    assert seat(psql, "anna") == ("SPEAKER", False, False, True)
    with refused("participants_unmute_only_themselves"):
        psql.run("update participants set muted = false where role = 'SPEAKER'")
    psql.act_as("anna").one("select unmute(%s)", talk)
    assert seat(psql, "anna") == SPEAKS
    psql.act_as("mo")
    with refused("participants_only_the_muted_are_asked"):
        psql.one("select ask_to_unmute(%s, 'anna')", talk)
    with refused("participants_only_the_muted_are_asked"):
        psql.one("select ask_to_unmute(%s, 'ben')", talk)
    psql.act_as("anna")
    with refused("participants_only_moderators_ask_to_unmute"):
        psql.run(
            "update participants set muted = true, asked_to_unmute_at = now()"
            " where user_id = acting_user()"
        )


def test_a_request_to_unmute_is_cleared_by_the_participant(psql: Psql, talk: int) -> None:
    psql.act_as(None).one("select promote(%s, 'anna')", talk)
    psql.act_as("rick").one("select ask_to_unmute(%s, 'anna')", talk)
    put_away = "update participants set asked_to_unmute_at = null where user_id = acting_user()"
    assert psql.act_as("anna").run(put_away) == 1
    assert seat(psql, "anna") == SPEAKS
    psql.act_as("rick").one("select ask_to_unmute(%s, 'anna')", talk)
    psql.one("select move_to_audience(%s, 'anna')", talk)
    assert seat(psql, "anna") == LISTENS
    lines = words(psql, talk)
    assert "anna is asked by rick to switch the microphone on" in lines
    assert "anna stays muted" in lines


def test_mute_all_mutes_everybody_except_the_host_and_the_acting_user(
    psql: Psql, talk: int
) -> None:
    for name in ("anna", "ben"):
        psql.act_as(None).one("select promote(%s, %s)", talk, name)
    for name in ("rick", "mo", "anna", "ben"):
        psql.act_as(name).one("select unmute(%s)", talk)
    psql.act_as("ben")
    with refused("participants_only_for_moderators"):
        psql.one("select mute_all(%s)", talk)
    assert psql.act_as("mo").one("select mute_all(%s)", talk) == 2
    assert psql.one("select mute_all(%s)", talk) == 0
    assert psql.all("select username from roster where not muted") == [("rick",), ("mo",)]
    assert psql.act_as("rick").one("select mute_all(%s)", talk) == 1


def test_time_travel_shows_who_was_invited_and_asked(psql: Psql, talk: int) -> None:
    psql.one("select promote(%s, 'ben')", talk)
    psql.act_as("rick").one("select invite_to_speak(%s, 'anna')", talk)
    psql.one("select ask_to_unmute(%s, 'ben')", talk)
    then = psql.one("select clock_timestamp()")
    psql.act_as("anna").one("select accept_to_speak(%s)", talk)
    psql.act_as("ben").one("select unmute(%s)", talk)
    query = "select username, invited_to_speak_at is not null, asked_to_unmute_at is not null from room_at(%s, %s) where username in ('anna', 'ben')"
    psql.act_as(None)
    assert psql.all(query, talk, then) == [("anna", True, False), ("ben", False, True)]
    assert psql.all(query, talk, None) == [("anna", False, False), ("ben", False, False)]
