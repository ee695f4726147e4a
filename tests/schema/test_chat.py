"""Chat messages and reactions: who writes them, rate limits, and what newcomers can read."""

from __future__ import annotations

import pytest

from ..conftest import Connect
from ..people import Psql, refused
from .pace import later, refused_after

EMOJI = ("👏", "❤️", "😂", "🔥", "👍", "🎉", "😮", "🙏")


# messages


def test_newcomers_find_the_last_fifty_messages(psql: Psql, talk: int) -> None:
    anna = psql.person("anna")
    for number in range(53):
        psql.run(
            "insert into messages (room_id, user_id, body) values (%s, %s, %s)",
            talk,
            anna,
            f"<i>{number}</i>",
        )
    psql.act_as("cleo").one("select join_room(%s)", talk)
    messages = psql.one("select room_snapshot(%s) -> 'messages'", talk)
    assert [m["body"] for m in messages] == [f"<i>{number}</i>" for number in range(3, 53)]
    assert {m["username"] for m in messages} == {"anna"}


def test_a_message_without_text_is_refused_with_an_explanation(psql: Psql, talk: int) -> None:
    psql.act_as("anna")
    for body in ("x" * 10_000, None):
        with refused("messages_body_is_text"):
            psql.one("select say(%s, %s)", talk, body)


def test_deleted_messages_count_for_the_rate_limit(psql: Psql, talk: int) -> None:
    def say_and_delete(number: int) -> None:
        psql.one("select say(%s, %s)", talk, f"{number}")
        psql.run("delete from messages where true")

    psql.act_as("anna")
    refused_after(psql, "messages_are_rate_limited", 5, 1.0, say_and_delete)
    psql.act_as("ben").one("select say(%s, 'everybody counts for themselves')", talk)
    later(psql, "1 minute")
    psql.act_as("anna")
    refused_after(psql, "messages_are_rate_limited", 5, 1.0, say_and_delete)


CLIENT_ID = "00000000-0000-4000-8000-000000000001"


def test_a_message_sent_again_is_the_same_message_and_costs_no_pace(psql: Psql, talk: int) -> None:
    insert = "insert into messages (room_id, client_id, body) values (%s, %s, %s)"
    psql.run("update rooms set slow_mode = 30 where id = %s", talk)
    psql.act_as("ben").run(insert, talk, CLIENT_ID, "hello")
    for _ in range(6):
        with refused("messages_client_id_is_new"):
            psql.run(insert, talk, CLIENT_ID, "hello")
    psql.act_as("anna").run(insert, talk, CLIENT_ID, "an id is its writer's own")
    snapshot = psql.one("select room_snapshot(%s)", talk)
    log = "select record ->> 'client_id' from events where table_name = 'messages'"
    assert [message["client_id"] for message in snapshot["messages"]] == [CLIENT_ID, CLIENT_ID]
    assert psql.act_as(None).all(log) == [(CLIENT_ID,), (CLIENT_ID,)]


# reactions


def test_a_reaction_is_an_event_for_all_participants(psql: Psql, talk: int) -> None:
    for emoji in EMOJI:
        assert psql.act_as("anna").one("select react(%s, %s)", talk, emoji)
    assert psql.act_as("ben").one("select count(*) from reactions") == len(EMOJI)
    psql.act_as("cleo")
    assert psql.one("select count(*) from reactions") == 0
    with refused("participants_only_for_participants"):
        psql.one("select react(%s, '👏')", talk)
    psql.act_as(None)
    kind, record, recipient = psql.all(
        "select type, record, recipient from events where table_name = 'reactions' order by seq limit 1"
    )[0]
    assert (kind, recipient) == ("INSERT", None)
    assert sorted(record) == ["created_at", "emoji", "id", "room_id", "user_id", "username"]
    assert psql.all("select what from replay_room(%s, 1)", talk) == [("anna reacts with 🙏",)]


def test_an_unknown_emoji_is_refused(psql: Psql, talk: int) -> None:
    psql.act_as("anna")
    for emoji in ("💩", "👏👏", "❤", "", "<img>", None):
        with refused("reactions_emoji_is_known"):
            psql.one("select react(%s, %s)", talk, emoji)


def test_reactions_have_a_rate_limit(psql: Psql, talk: int) -> None:
    psql.act_as("anna")
    refused_after(
        psql,
        "reactions_are_rate_limited",
        8,
        0.5,
        lambda _: psql.one("select react(%s, '👏')", talk),
    )
    psql.one("select say(%s, 'Words are another thing')", talk)
    later(psql, "4 seconds")
    psql.act_as("anna").one("select react(%s, '👏')", talk)


def test_two_requests_at_once_are_counted_one_after_the_other(
    psql: Psql, talk: int, connect: Connect
) -> None:
    slow = Psql(connect(autocommit=False)).act_as("anna")
    for _ in range(8):
        slow.one("select react(%s, '👏')", talk)
    later(slow, "-1 minute")  # for a machine that is slow until the end
    psql.act_as("ben").one("select react(%s, '👏')", talk)
    psql.act_as("anna").run("set lock_timeout = '100ms'")
    with pytest.raises(Exception, match="lock timeout"):
        psql.one("select react(%s, '👏')", talk)
    slow.connection.commit()
    with refused("reactions_are_rate_limited"):
        psql.one("select react(%s, '👏')", talk)


def test_a_reaction_of_a_user_who_is_banned_before_its_commit_is_refused(
    psql: Psql, talk: int, connect: Connect
) -> None:
    slow = Psql(connect(autocommit=False)).act_as("anna")
    slow.one("select react(%s, '👏')", talk)
    psql.act_as("rick").one("select ban_from_room(%s, 'anna')", talk)
    with refused("participants_is_not_banned"):
        slow.connection.commit()


def test_a_relay_deletes_reactions_after_a_minute_and_paces_after_an_hour(
    psql: Psql, talk: int
) -> None:
    psql.act_as("anna").one("select react(%s, '👏')", talk)
    psql.one("select say(%s, 'hello')", talk)
    tidy = "select relay_delete_old_rows(interval '1 hour', 1000)"
    psql.act_as(None).one(tidy)
    assert (psql.count("reactions"), psql.count("paces")) == (1, 2)
    psql.run("update reactions set created_at = created_at - interval '61 seconds' where true")
    later(psql, "61 minutes")
    psql.one(tidy)
    assert (psql.count("reactions"), psql.count("paces"), psql.count("messages")) == (0, 0, 1)
