"""Removing, banning, blocking and reporting."""

from __future__ import annotations

from typing import LiteralString

import psycopg
import pytest

from ..people import Psql, refused
from .pace import later

# out of the room


def test_a_removed_participant_may_join_again_and_a_banned_one_may_not(
    psql: Psql, talk: int
) -> None:
    psql.act_as("mo")
    assert psql.one("select remove_from_room(%s, 'Anna')", talk) is True
    with refused("participants_person_is_here"):
        psql.one("select remove_from_room(%s, 'anna')", talk)
    psql.act_as("anna").one("select join_room(%s)", talk)
    psql.act_as("mo")
    assert psql.one("select ban_from_room(%s, 'anna')", talk) is True
    assert psql.one("select ban_from_room(%s, 'anna')", talk) is False
    psql.act_as("anna")
    with refused("participants_is_not_banned"):
        psql.one("select join_room(%s)", talk)
    psql.act_as("rick")
    assert psql.one("select unban(%s, 'anna')", talk) is True
    assert psql.one("select unban(%s, 'anna')", talk) is False
    psql.act_as("anna").one("select join_room(%s)", talk)
    assert psql.roster(talk) == ["rick", "mo", "ben", "anna"]


def test_a_removal_can_be_undone_and_they_come_back_once_in_the_role_they_had(
    psql: Psql, talk: int
) -> None:
    def role() -> object:
        return psql.one("select role from roster where room_id = %s and username = 'mo'", talk)

    psql.act_as("rick")
    with refused("participants_removal_can_be_undone"):
        psql.one("select undo_removal(%s, 'mo')", talk)
    psql.one("select remove_from_room(%s, 'mo')", talk)
    psql.one("select lock_room(%s)", talk)
    psql.act_as("mo")
    with refused("participants_room_is_not_locked"):
        psql.one("select join_room(%s)", talk)
    with refused("participants_only_for_moderators"):
        psql.one("select undo_removal(%s, 'mo')", talk)
    psql.act_as("rick")
    assert psql.one("select undo_removal(%s, 'mo')", talk) == "MODERATOR"
    psql.act_as("mo")
    assert psql.one("select jsonb_array_length(my_invitations())") == 1
    psql.one("select join_room(%s)", talk)
    assert role() == "MODERATOR"
    psql.act_as("rick")
    with refused("participants_removal_can_be_undone"):
        psql.one("select undo_removal(%s, 'mo')", talk)  # they are here
    psql.one("select lock_room(%s, false)", talk)
    psql.act_as("mo").one("select leave_room(%s)", talk)
    psql.one("select join_room(%s)", talk)
    assert role() != "MODERATOR", "once"


def test_a_removal_is_undone_for_a_minute_and_not_for_the_banned(psql: Psql, talk: int) -> None:
    psql.act_as("rick").one("select ban_from_room(%s, 'ben')", talk)
    with refused("participants_removal_can_be_undone"):
        psql.one("select undo_removal(%s, 'ben')", talk)
    psql.one("select remove_from_room(%s, 'anna')", talk)
    psql.act_as(None).run("update events set committed_at = committed_at - interval '61 seconds'")
    psql.act_as("rick")
    with refused("participants_removal_can_be_undone"):
        psql.one("select undo_removal(%s, 'anna')", talk)


def test_a_participant_who_has_just_left_can_be_banned(psql: Psql, talk: int) -> None:
    psql.act_as("anna").one("select leave_room(%s)", talk)
    assert psql.act_as("rick").one("select ban_from_room(%s, 'anna')", talk) is True
    psql.act_as("anna")
    with refused("participants_is_not_banned"):
        psql.one("select join_room(%s)", talk)


def test_the_host_is_never_removed(psql: Psql, talk: int) -> None:
    psql.act_as("mo")
    with refused("participants_host_is_never_removed"):
        psql.one("select remove_from_room(%s, 'rick')", talk)
    with refused("bans_host_is_never_banned"):
        psql.one("select ban_from_room(%s, 'rick')", talk)
    assert psql.run("delete from participants where role = 'HOST'") == 0
    assert "rick" in psql.roster(talk)


@pytest.mark.parametrize(
    "statement",
    [
        "select remove_from_room(%s, 'ben')",
        "select ban_from_room(%s, 'ben')",
        "select unban(%s, 'ben')",
        "select mute_all(%s)",
        "select set_slow_mode(%s, 10)",
        "select pin_link(%s, 'https://tea.example/')",
    ],
)
def test_only_moderators_moderate(psql: Psql, talk: int, statement: LiteralString) -> None:
    for name in ("anna", "cleo"):
        psql.act_as(name)
        with refused("participants_only_for_moderators"):
            psql.one(statement, talk)
    with refused("participants_room_is_open"):
        psql.one(statement, 4711)


def test_a_name_that_no_user_has_is_refused(psql: Psql, talk: int) -> None:
    psql.act_as("rick")
    for statement in ("select ban_from_room(%s, 'nobody')", "select unban(%s, 'nobody')"):
        with refused("users_is_known"):
            psql.one(statement, talk)
    with refused("users_is_known"):
        psql.one("select block(null)")


# blocks


def test_only_who_blocks_sees_the_block(psql: Psql, talk: int) -> None:
    psql.act_as("anna")
    assert psql.one("select block('Ben')") is True
    assert psql.one("select block('ben')") is False
    mine = "select username from blocks join users on id = blocked_id"
    assert psql.all(mine) == [("ben",)]
    for name in ("ben", "rick"):
        assert psql.act_as(name).all(mine) == []
    assert psql.run("delete from blocks where true") == 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        psql.run(
            "insert into blocks (user_id, blocked_id) select a.id, b.id from users a, users b"
            " where a.username = 'anna' and b.username = 'mo'"
        )
    assert psql.act_as("anna").one("select unblock('ben')") is True
    assert psql.one("select unblock('ben')") is False
    with refused("blocks_not_yourself"):
        psql.one("select block('anna')")


def test_an_anonymous_user_cannot_block(psql: Psql, talk: int) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="signed in"):
        psql.one("select block('ben')")


# reports


def test_a_report_keeps_the_recent_log_for_the_operator(psql: Psql, talk: int) -> None:
    psql.act_as("ben").one("select say(%s, '<b>You</b> fool')", talk)
    gone = psql.one("select say(%s, 'And never seen again')", talk)
    psql.run("delete from messages where id = %s", gone)
    psql.signal(talk, str(psql.one("select peer_id from roster where username = 'anna'")), "offer")
    psql.one("select leave_room(%s)", talk)
    report = psql.act_as("anna").one("select report(%s, 'ben', %s)", talk, "Rude.\nTwice.")
    mine = "select id, reason, resolved_at from reports"
    assert psql.all(mine) == [(report, "Rude.\nTwice.", None)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        psql.all("select log from reports")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        psql.run("update reports set resolved_at = now() where true")
    for name in ("ben", "rick"):
        assert psql.act_as(name).all(mine) == []
    log = psql.act_as(None).one("select log from reports")
    assert [m["body"] for m in log["messages"]] == ["<b>You</b> fool"]
    bodies = [
        e["record"]["body"] for e in log["events"] if e["table"] == "messages" and e["record"]
    ]
    assert bodies == ["<b>You</b> fool", "And never seen again"]
    assert {e["table"] for e in log["events"]} == {"rooms", "participants", "messages"}
    assert log["events"][-1]["reason"] == "left"


def test_users_report_others_from_rooms_in_which_both_were(psql: Psql, talk: int) -> None:
    psql.act_as("anna")
    with refused("reports_not_yourself"):
        psql.one("select report(%s, 'anna', 'Me.')", talk)
    with refused("reports_reported_user_was_in_the_room"):
        psql.one("select report(%s, 'cleo', 'Her.')", talk)
    with refused("users_is_known"):
        psql.one("select report(%s, 'nobody', 'Them.')", talk)
    for reason in ("", " \n", "x" * 1001, "alarm\x07"):
        with refused("reports_reason_is_text"):
            psql.one("select report(%s, 'ben', %s)", talk, reason)
    psql.act_as("cleo")
    with refused("reports_reporter_was_in_the_room"):
        psql.one("select report(%s, 'ben', 'Him.')", talk)


def test_a_removed_participant_may_still_report(psql: Psql, talk: int) -> None:
    psql.act_as("rick").one("select ban_from_room(%s, 'anna')", talk)
    assert psql.act_as("anna").one("select report(%s, 'rick', 'For nothing.')", talk)


def test_a_report_does_not_show_who_is_banned(psql: Psql, talk: int) -> None:
    psql.act_as("rick").one("select ban_from_room(%s, 'cleo')", talk)
    psql.act_as("anna")
    with refused("reports_reported_user_was_in_the_room"):
        psql.one("select report(%s, 'cleo', 'Her.')", talk)
    assert psql.act_as("mo").one("select report(%s, 'cleo', 'Her, back then.')", talk)


def test_reports_have_a_rate_limit(psql: Psql, talk: int) -> None:
    psql.act_as("anna")
    for _ in range(5):
        psql.one("select report(%s, 'ben', 'Again.')", talk)
    with refused("reports_are_rate_limited"):
        psql.one("select report(%s, 'ben', 'And again.')", talk)
    psql.act_as("rick").one("select report(%s, 'ben', 'Indeed.')", talk)
    later(psql, "1 hour")
    psql.act_as("anna").one("select report(%s, 'ben', 'An hour later.')", talk)
