"""The rules of signaling: who may send what to whom, and when."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import psycopg
import pytest

from ..people import Psql, refused


@pytest.fixture
def room(psql: Psql) -> int:
    return psql.room("rick")


def test_the_newcomer_offers_and_the_other_answers(psql: Psql, room: int) -> None:
    rick, anna = psql.seat(room, "rick"), psql.seat(room, "anna")
    psql.act_as("anna").signal(room, rick, "offer")
    psql.act_as("rick").signal(room, anna, "answer")
    psql.act_as(None)
    assert psql.all("select from_user, to_user, answer_ms is not null from signal_trace") == [
        ("anna", "rick", True)
    ]


def test_a_first_offer_from_the_wrong_side_is_refused(psql: Psql, room: int) -> None:
    psql.seat(room, "rick")
    anna = psql.seat(room, "anna")
    psql.act_as("rick")
    with refused("signals_newcomer_offers"):
        psql.signal(room, anna, "offer")


def test_once_answered_either_side_may_offer_again(psql: Psql, room: int) -> None:
    rick, anna = psql.seat(room, "rick"), psql.seat(room, "anna")
    psql.act_as("anna").signal(room, rick, "offer")
    psql.act_as("rick").signal(room, anna, "answer")
    psql.signal(room, anna, "offer")
    psql.act_as("anna").signal(room, rick, "answer")


def test_an_answer_without_an_offer_is_refused(psql: Psql, room: int) -> None:
    rick, anna = psql.seat(room, "rick"), psql.seat(room, "anna")
    psql.act_as("rick")
    with refused("signals_answer_has_offer"):
        psql.signal(room, anna, "answer")
    psql.act_as("anna").signal(room, rick, "offer")
    psql.act_as("rick").signal(room, anna, "answer")
    with refused("signals_answer_has_offer"):
        psql.signal(room, anna, "answer")


def test_a_participant_who_joined_again_is_the_newcomer(psql: Psql, room: int) -> None:
    psql.seat(room, "rick")
    anna = psql.seat(room, "anna")
    psql.act_as("rick").one("select join_room(%s)", room)
    psql.signal(room, anna, "offer")


def test_a_signal_to_a_peer_in_another_room_is_refused(psql: Psql, room: int) -> None:
    elsewhere = psql.seat(psql.room("bo"), "bo")
    psql.seat(room, "anna")
    psql.act_as("anna")
    with refused("signals_recipient_is_seated"):
        psql.signal(room, elsewhere, "offer")


def test_a_signal_from_a_stale_session_is_refused(psql: Psql, room: int) -> None:
    rick, stale = psql.seat(room, "rick"), psql.seat(room, "anna")
    psql.act_as("anna").one("select join_room(%s)", room)
    with refused("signals_sender_is_seated"):
        psql.run(
            "insert into signals (room_id, from_peer, to_peer, kind) values (%s, %s, %s, 'bye')",
            room,
            stale,
            rick,
        )


def test_a_signal_to_a_stale_session_is_refused(psql: Psql, room: int) -> None:
    stale = psql.seat(room, "rick")
    psql.seat(room, "anna")
    psql.act_as("rick").one("select join_room(%s)", room)
    psql.act_as("anna")
    with refused("signals_recipient_is_seated"):
        psql.signal(room, stale, "bye")


def test_only_participants_signal_in_a_room(psql: Psql, room: int) -> None:
    rick = psql.seat(room, "rick")
    psql.person("anna")
    psql.act_as("anna")
    with refused("signals_sender_is_seated"):
        psql.signal(room, rick, "offer")


def test_a_user_cannot_signal_as_another_user(psql: Psql, room: int) -> None:
    rick, bo = psql.seat(room, "rick"), psql.seat(room, "bo")
    psql.seat(room, "anna")
    psql.act_as("anna")
    with refused("signals_sender_is_seated"):
        psql.run(
            "insert into signals (room_id, from_peer, to_peer, kind) values (%s, %s, %s, 'bye')",
            room,
            bo,
            rick,
        )


def test_audience_and_audience_never_connect(psql: Psql, room: int) -> None:
    bo = psql.seat(room, "bo", "AUDIENCE")
    psql.seat(room, "anna", "AUDIENCE")
    psql.act_as("anna")
    with refused("signals_not_between_audience"):
        psql.signal(room, bo, "offer")


def test_an_invited_participant_connects_with_the_audience_before_accepting(psql: Psql) -> None:
    room = psql.room("rick", "Lecture", "moderated")
    psql.seat(room, "rick")
    bo = psql.seat(room, "bo", "AUDIENCE")
    anna = psql.seat(room, "anna", "AUDIENCE")
    psql.act_as("rick").one("select invite_to_speak(%s, 'bo')", room)
    psql.act_as("anna").signal(room, bo, "offer")
    psql.act_as("bo").signal(room, anna, "answer")
    psql.one("select decline_to_speak(%s)", room)
    with refused("signals_not_between_audience"):
        psql.act_as("anna").signal(room, bo, "offer")


def test_a_node_answers_and_never_offers(psql: Psql, room: int) -> None:
    anna = psql.seat(room, "anna")
    node = psql.seat(room, "node")
    psql.run("update participants set kind = 'sfu' where peer_id = %s", node)
    psql.act_as("node")
    with refused("signals_nodes_never_offer"):
        psql.signal(room, anna, "offer")
    psql.act_as("anna").signal(room, node, "offer")
    psql.act_as("node").signal(room, anna, "answer")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("offer", {"type": "answer", "sdp": "v=0"}),
        ("offer", {"type": "offer"}),
        ("offer", {"type": "offer", "sdp": 7}),
        ("offer", []),
        ("candidate", {"sdpMid": "0"}),
        ("candidate", [{"candidate": "candidate:1"}, {"candidate": None}]),
        ("candidate", ["candidate:1"]),
        ("candidate", "candidate:1"),
        ("bye", [1]),
    ],
)
def test_a_body_that_is_not_a_w3c_dictionary_is_refused(
    psql: Psql, room: int, kind: str, body: Any
) -> None:
    rick = psql.seat(room, "rick")
    psql.seat(room, "anna")
    psql.act_as("anna")
    with refused("signals_body_has_the_w3c_form"):
        psql.signal(room, rick, kind, body)


def test_candidates_may_come_one_by_one_or_together(psql: Psql, room: int) -> None:
    rick = psql.seat(room, "rick")
    psql.seat(room, "anna")
    psql.act_as("anna").signal(room, rick, "offer")
    psql.signal(room, rick, "candidate", {"candidate": "candidate:1", "sdpMid": "0"})
    psql.signal(room, rick, "candidate", [{"candidate": "candidate:2"}, {"candidate": ""}])
    assert psql.one("select candidates from signal_trace") == 3


def test_an_sdp_longer_than_a_notification_may_be_gets_through(psql: Psql, room: int) -> None:
    rick = psql.seat(room, "rick")
    psql.seat(room, "anna")
    sdp = "v=0\r\n" + "a=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\n" * 500
    psql.act_as("anna").signal(room, rick, "offer", {"type": "offer", "sdp": sdp})
    psql.act_as(None)
    assert len(sdp) > 20_000
    assert (
        psql.one("select record -> 'body' ->> 'sdp' from events where table_name = 'signals'")
        == sdp
    )


def test_a_signal_is_readable_by_its_two_ends_only(psql: Psql, room: int) -> None:
    rick = psql.seat(room, "rick")
    psql.seat(room, "bo")
    psql.seat(room, "anna")
    psql.act_as("anna").signal(room, rick, "offer")
    for name, sees in (("anna", 1), ("rick", 1), ("bo", 0)):
        psql.act_as(name)
        assert psql.count("signals") == psql.count("signal_trace") == sees


def test_the_trace_shows_when_audio_could_flow_and_by_which_path(psql: Psql, room: int) -> None:
    rick, anna = psql.seat(room, "rick"), psql.seat(room, "anna")
    psql.act_as("anna").signal(room, rick, "offer")
    psql.act_as("rick").signal(room, anna, "answer")
    psql.act_as("anna").signal(room, rick, "connected", {"local": "host", "remote": "relay"})
    assert psql.all("select connected_ms > 0, path from signal_trace") == [(True, "host - relay")]


def test_an_operator_signals_for_a_session_it_names(psql: Psql, room: int) -> None:
    rick, anna = psql.seat(room, "rick"), psql.seat(room, "anna")
    psql.run(
        "insert into signals (room_id, from_peer, to_peer, kind) values (%s, %s, %s, 'bye')",
        room,
        rick,
        anna,
    )
    with refused("signals_sender_is_seated"):
        psql.run(
            "insert into signals (room_id, from_peer, to_peer, kind) values (%s, %s, %s, 'bye')",
            room,
            str(uuid4()),
            anna,
        )


def test_signals_are_not_rewritten_or_withdrawn(psql: Psql, room: int) -> None:
    rick = psql.seat(room, "rick")
    psql.seat(room, "anna")
    psql.act_as("anna").signal(room, rick, "offer")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        psql.run("update signals set kind = 'bye' where room_id = %s", room)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        psql.run("delete from signals where room_id = %s", room)
