"""Writing and reading messages in psql."""

from __future__ import annotations

import psycopg
import pytest

from ...conftest import Connect
from ...people import Psql, refused
from .events import events_of


def test_only_participants_read_messages(psql: Psql, talk: int) -> None:
    psql.person("outsider")
    said = psql.act_as("anna").one("select say(%s, %s)", talk, "hello\nthere 👋")
    assert psql.act_as("ben").all("select id, body from messages") == [(said, "hello\nthere 👋")]
    assert psql.act_as("outsider").all("select id from messages") == []
    with refused("participants_only_for_participants"):
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
