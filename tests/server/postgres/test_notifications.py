"""The strict parser of notifications: what the triggers write is read, everything else counted and ignored."""

from __future__ import annotations

import logging

import psycopg
import pytest
from roomtone.postgres.notifications import (
    CHANNEL,
    GREATEST,
    ClubChanged,
    InvitationChanged,
    NodeAssigned,
    Notification,
    NotificationParser,
    PersonMoved,
    RecordingDeleted,
    RoomChanged,
    TokenRevoked,
    UserChanged,
    UserDisabled,
    payload_of,
)
from roomtone.types import ClubId, InvitationId, NodeId, RoomId, UserId

from ...conftest import Connect
from ...payloads import CASES, MALFORMED, WELL_FORMED
from ...people import Psql, notified

MARK = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize("payload", MALFORMED)
def test_a_malformed_payload_is_ignored_and_counted(payload: str) -> None:
    parser = NotificationParser()
    assert parser.parse(payload) is None
    assert parser.malformed == 1


@pytest.mark.parametrize(
    "payload",
    [
        '{"room":0,"seq":1,"hallway":1}',
        '{"room":1,"seq":0,"hallway":1}',
        '{"room":1,"seq":1,"hallway":-1}',
        '{"room":1,"seq":1,"hallway":1,"more":1}',
        '{"room":1,"seq":1}',
        '{"room":1.0,"seq":1,"hallway":1}',
        '{"room":1e0,"seq":1,"hallway":1}',
        '{"room":1,"seq":1,"hallway":1} 1',
        '{"invitation":true}',
        '{"invitation":1,"invitation":1}',
        '{"invitation":-0}',
        '{"recording":"1"}',
        '{"signed_out":""}',
        '{"signed_out":"0123456789ABCDEF0123456789ABCDEF"}',
        '{"signed_out":"0123456789abcdef0123456789abcdef\\n"}',
        '{"node":""}',
        '{"node":1}',
        '{"node":"' + "n" * 81 + '"}',
        '{"node":"a\\u0000"}',
        '{"node":"\\ud800"}',
        '{"invitation":' + " " * 256 + "1}",
        '{"invitation":' + "1" * 5000 + "}",
    ],
)
def test_what_is_almost_a_notification_is_ignored(payload: str) -> None:
    assert NotificationParser().parse(payload) is None


@pytest.mark.parametrize(
    ("payload", "meaning"),
    [
        ('{"room" : 1, "seq" : 2, "hallway" : 0}', RoomChanged(RoomId(1), 2, 0)),
        (WELL_FORMED, RoomChanged(RoomId(1), 99999999999, 99999999999)),
        (f'{{"room":{GREATEST},"seq":1,"hallway":1}}', RoomChanged(RoomId(GREATEST), 1, 1)),
        ('{"invitation":7}', InvitationChanged(InvitationId(7))),
        ('{"club":7}', ClubChanged(ClubId(7))),
        ('{"recording":7}', RecordingDeleted(7)),
        ('{"disabled":7}', UserDisabled(UserId(7))),
        ('{"user":7}', UserChanged(UserId(7))),
        ('{"person":7}', PersonMoved(UserId(7))),
        (f'{{"signed_out":"{MARK}"}}', TokenRevoked(MARK)),
        ('{"node":"sfu-höst-7-0a"}', NodeAssigned(NodeId("sfu-höst-7-0a"))),
    ],
)
def test_what_a_trigger_writes_is_read_and_a_pump_writes_it_again(
    payload: str, meaning: Notification
) -> None:
    parser = NotificationParser()
    assert parser.parse(payload) == meaning
    assert parser.parse(payload_of(meaning)) == meaning
    assert parser.malformed == 0


def test_every_case_but_the_one_that_is_only_false_is_malformed() -> None:
    assert WELL_FORMED in CASES["payloads"]
    assert len(MALFORMED) == len(CASES["payloads"]) - 1 + 3


def test_malformed_payloads_are_logged_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    parser = NotificationParser(clock=lambda: now)
    with caplog.at_level(logging.WARNING):
        for _ in range(1000):
            parser.parse("{")
        now = 61.0
        parser.parse("[")
    assert [record.args[0] for record in caplog.records if record.args] == [1, 1000]  # type: ignore[index]
    assert parser.malformed == 1001


def test_every_payload_that_the_database_sends_is_read(psql: Psql, connect: Connect) -> None:
    """The triggers and the parser know the same keys."""
    listening = connect()
    listening.execute(f"listen {CHANNEL}")
    room = psql.room("rick")
    for name in ("anna", "rick"):
        psql.person(name)
    psql.act_as("anna").one("select follow('rick')")
    psql.act_as(None).seat(room, "rick")
    psql.run("insert into clubs (name, owner_id) select 'Kettle', id from users limit 1")
    psql.run("insert into revoked_tokens (jti, expires_at) values ('x', now() + interval '1 hour')")
    psql.run("update users set disabled_at = now() where username = 'rick'")
    parser = NotificationParser()
    payloads = notified(listening)
    received = [parser.parse(payload) for payload in payloads]
    assert None not in received
    assert {type(each) for each in received} == {
        RoomChanged,
        ClubChanged,
        TokenRevoked,
        UserChanged,
        PersonMoved,
        UserDisabled,
    }
    assert any(isinstance(each, RoomChanged) and each.room == room for each in received)
    assert isinstance(listening, psycopg.Connection)
