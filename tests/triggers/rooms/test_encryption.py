"""Encrypted rooms: what they cannot be, who may enter and connect, and how keys are written. That browsers keep a secret: tests/client_web/test_encryption.py."""

from __future__ import annotations

import hashlib

import pytest

from ...people import Psql, refused
from ..edges import sizes

WRAPPED, SIGNATURE = "w" * 59, "s" * 86
TAKE_KEYS = "update participants set signing_key = %s, agreement_key = %s where room_id = %s and user_id = %s"
GIVE = "insert into sender_keys (room_id, to_peer, kid, wrapped, signature) values (%s, %s, %s, %s, %s)"
OFFER = """insert into signals (room_id, to_peer, kind, body) values (%s, %s, 'offer', '{"type": "offer", "sdp": "v=0"}')"""


def key(letter: str) -> str:
    """What has the form of a public key."""
    return "BA" + letter * 85


@pytest.fixture
def room(psql: Psql) -> int:
    """An encrypted room with its host, and nobody else."""
    psql.person("rick")
    psql.act_as("rick").run("insert into rooms (name, encrypted) values ('Den', true)")
    psql.act_as(None)
    room = int(psql.one("select id from rooms where name = 'Den'"))
    psql.seat(room, "rick")
    return room


def peer(psql: Psql, room: int, name: str) -> str:
    return str(
        psql.one(
            "select peer_id from participants where room_id = %s and user_id = %s",
            *(room, psql.person_id(name)),
        )
    )


def take_keys(psql: Psql, room: int, name: str, letter: str | None = None) -> None:
    letter = letter or name[0]
    psql.act_as(name).run(TAKE_KEYS, key(letter), key(letter.upper()), room, psql.person_id(name))
    psql.act_as(None)


def give(psql: Psql, room: int, name: str, to_peer: str, kid: int) -> None:
    psql.act_as(name).run(GIVE, room, to_peer, kid, WRAPPED, SIGNATURE)
    psql.act_as(None)


def test_an_encrypted_room_is_chosen_at_first_and_never_mixed_recorded_or_broadcast(
    psql: Psql, room: int
) -> None:
    assert psql.one("select encrypted from hallway where id = %s", room)
    for value, rule in (
        ("encrypted = false", "rooms_encryption_is_chosen_at_first"),
        ("topology = 'mcu'", "rooms_encrypted_ones_are_not_mixed"),
        ("broadcast = true", "rooms_encrypted_ones_are_not_mixed"),
        ("captions = true", "rooms_captions_are_possible"),
    ):
        for who in ("rick", None):
            psql.act_as(who)
            with refused(rule):
                psql.run(f"update rooms set {value} where id = %s", room)
    with refused("recordings_encrypted_room_is_private"):
        psql.act_as("rick").run("select start_recording(%s)", room)
    for columns in (
        "topology, encrypted) values ('Mix', 'mcu', true)",
        "broadcast, encrypted) values ('All', true, true)",
    ):
        with refused("rooms_encrypted_ones_are_not_mixed"):
            psql.run(f"insert into rooms (name, {columns}")
    # The triggers explain; the constraint holds.
    psql.act_as(None)
    psql.run("alter table rooms disable trigger user")
    with refused("rooms_encrypted_ones_are_not_mixed"):
        psql.run("update rooms set broadcast = true where id = %s", room)
    psql.run("alter table rooms enable trigger user")
    other = psql.room("host", "Open")
    with refused("rooms_encryption_is_chosen_at_first"):
        psql.act_as("host").run("update rooms set encrypted = true where id = %s", other)


def test_bots_and_programs_of_whip_and_whep_stay_outside(psql: Psql, room: int) -> None:
    psql.person("robo")
    psql.run("update users set kind = 'bot' where username = 'robo'")
    with refused("participants_encrypt_their_audio"):
        psql.act_as("robo").run("select join_room(%s)", room)
    psql.act_as(None).seat(room, "beth")
    for column in ("served_directly", "offers"):
        with refused("participants_encrypt_their_audio"):
            psql.act_as("beth").run(
                f"update participants set {column} = true where room_id = %s and user_id = acting_user()",
                room,
            )


def test_the_51st_person_is_refused_and_the_host_comes_back(psql: Psql, room: int) -> None:
    for number in range(49):
        psql.seat(room, f"guest{number}", "AUDIENCE")
    psql.person("beth")
    with refused("participants_encrypted_room_is_small"):
        psql.act_as("beth").run("select join_room(%s)", room)
    # The host's place is kept.
    psql.act_as("rick").run("select leave_room(%s)", room)
    with refused("participants_encrypted_room_is_small"):
        psql.act_as("beth").run("select join_room(%s)", room)
    psql.act_as("rick").run("select join_room(%s)", room)
    psql.act_as("guest7").run("select join_room(%s)", room)  # again, from another tab
    psql.act_as(None).run("insert into roster_sizes (counted_above, full_below) values (20, 10)")
    psql.run("delete from participants where user_id = %s", psql.person_id("guest1"))
    psql.act_as("beth").run("select join_room(%s)", room)
    assert psql.one("select roster from rooms where id = %s", room) == "full"


def test_keys_are_written_once_in_a_session_by_its_user(psql: Psql, room: int) -> None:
    psql.seat(room, "beth")
    other = psql.room("host", "Open")
    psql.seat(other, "beth")
    with refused("participants_keys_are_for_encrypted_rooms"):
        take_keys(psql, other, "beth")
    psql.act_as(None).person("carl")
    with_keys = "insert into participants (room_id, user_id, signing_key, agreement_key) values (%s, %s, %s, %s)"
    with refused("participants_keys_are_for_encrypted_rooms"):
        psql.run(with_keys, other, psql.person_id("carl"), key("x"), key("y"))
    psql.run(with_keys, room, psql.person_id("carl"), key("x"), key("y"))
    beth = psql.act_as(None).person_id("beth")
    with refused("participants_make_their_own_keys"):
        psql.act_as("rick").run(TAKE_KEYS, key("x"), key("y"), room, beth)
    with refused("participants_signing_key_is_a_point"):
        psql.act_as("beth").run(TAKE_KEYS, "A" * 87, key("y"), room, beth)
    with refused("participants_have_both_keys_or_none"):
        psql.run(TAKE_KEYS, key("x"), None, room, beth)
    take_keys(psql, room, "beth")
    shown = "select record from events where table_name = 'participants' and room_id = %s order by seq desc limit 1"
    assert psql.one(shown, room)["agreement_key"] == key("B")
    with refused("participants_session_keeps_its_keys"):
        take_keys(psql, room, "beth", "z")
    psql.act_as("beth").run(
        "update participants set peer_id = gen_random_uuid() where room_id = %s and user_id = %s",
        room,
        beth,
    )
    assert "signing_key" not in psql.act_as(None).one(shown, room)
    take_keys(psql, room, "beth", "z")
    take_keys(psql, room, "rick")
    psql.act_as("rick").run("select leave_room(%s)", room)
    psql.act_as(None)
    # The host keeps the seat, without keys.
    assert psql.all(
        "select peer_id, signing_key from participants where user_id = %s", psql.person_id("rick")
    ) == [(None, None)]


def test_only_sessions_with_keys_connect(psql: Psql, room: int) -> None:
    psql.seat(room, "beth")
    rick = peer(psql, room, "rick")
    with refused("signals_encrypted_sessions_have_keys"):
        psql.act_as("beth").run(OFFER, room, rick)
    take_keys(psql.act_as(None), room, "beth")
    with refused("signals_encrypted_sessions_have_keys"):
        psql.act_as("beth").run(OFFER, room, rick)
    take_keys(psql.act_as(None), room, "rick")
    psql.act_as("beth").run(OFFER, room, rick)


def test_a_key_is_read_by_its_recipient_alone_and_goes_with_either_session(
    psql: Psql, room: int
) -> None:
    psql.seat(room, "beth")
    psql.seat(room, "carl")
    rick, beth = peer(psql, room, "rick"), peer(psql, room, "beth")
    with refused("sender_keys_sender_has_keys"):
        give(psql, room, "rick", beth, 1)
    take_keys(psql.act_as(None), room, "rick")
    with refused("sender_keys_recipient_has_keys"):
        give(psql, room, "rick", beth, 1)
    for name in ("beth", "carl"):
        take_keys(psql.act_as(None), room, name)
    psql.seat(room, "lily", "AUDIENCE")
    take_keys(psql, room, "lily")
    with refused("sender_keys_sender_may_speak"):
        give(psql, room, "lily", beth, 1)
    psql.act_as("rick").run(
        "update participants set invited_to_speak_at = now() where user_id = %s",
        psql.act_as(None).person_id("lily"),
    )
    give(psql.act_as(None), room, "lily", beth, 1)
    psql.run("delete from participants where user_id = %s", psql.person_id("lily"))
    for kid in (7, 8, 9):
        give(psql, room, "rick", beth, kid)
    give(psql, room, "rick", peer(psql, room, "carl"), 9)
    with refused("sender_keys_are_numbered_upward"):
        give(psql, room, "rick", beth, 9)
    with refused("sender_keys_sender_has_keys"):
        psql.act_as("carl").run(
            "insert into sender_keys (room_id, from_peer, to_peer, kid, wrapped, signature) values (%s, %s, %s, 1, %s, %s)",
            *(room, rick, beth, WRAPPED, SIGNATURE),
        )
    with refused("sender_keys_wrapped_has_its_length"):
        psql.act_as("carl").run(GIVE, room, beth, 1, "w", SIGNATURE)
    mine = "select to_user, kid from sender_keys order by kid"
    assert psql.act_as("beth").all(mine) == [
        (psql.act_as(None).person_id("beth"), 8),
        (psql.person_id("beth"), 9),
    ]
    psql.act_as("beth")
    assert psql.one("select count(*) from sender_keys") == 2
    psql.act_as("rick")
    assert psql.all(mine) == []
    psql.act_as(None)
    assert psql.all(
        "select recipient from events where table_name = 'sender_keys' and (record ->> 'kid')::int = 8"
    ) == [(psql.person_id("beth"),)]
    psql.act_as("beth").run("select leave_room(%s)", room)
    assert psql.act_as(None).one("select count(*) from sender_keys") == 1
    psql.act_as("rick").run("select leave_room(%s)", room)
    assert psql.act_as(None).one("select count(*) from sender_keys") == 0


def test_the_safety_number_is_made_of_all_keys(psql: Psql, room: int) -> None:
    assert psql.one("select safety_number(%s)", room) is None
    take_keys(psql, room, "rick")
    psql.seat(room, "beth")
    alone = psql.act_as("beth").one("select safety_number(%s)", room)
    take_keys(psql, room, "beth")
    ids = {name: psql.act_as(None).person_id(name) for name in ("rick", "beth")}
    lines = [
        f"{user} {key(name[0])} {key(name[0].upper())}\n"
        for name, user in sorted(ids.items(), key=lambda each: each[1])
    ]
    text = f"roomtone safety number 1\n{room}\n{''.join(lines)}"
    digest = hashlib.sha256(text.encode()).digest()
    groups = [f"{int.from_bytes(digest[n : n + 5]) % 100_000:05}" for n in range(0, 30, 5)]
    assert psql.act_as("rick").one("select safety_number(%s)", room) == " ".join(groups) != alone


def test_an_encrypted_room_has_no_edges(psql: Psql, room: int) -> None:
    """Its listeners stay at the node of the stage, where those of another room get an edge."""
    sizes(psql, 0)
    psql.node("stage", "sfu", 100)
    psql.node("edge", "edge", 100)
    plain = psql.room("host", "Open")
    psql.seat(plain, "host")
    for each in (room, plain):
        psql.run("update rooms set topology = 'sfu' where id = %s", each)
        psql.seat(each, "anna", "AUDIENCE")
    psql.beat("stage")
    edges = "select room_id, edge is not null from participants where user_id = %s order by room_id"
    assert psql.all(edges, psql.person_id("anna")) == [(room, False), (plain, True)]
    assert psql.all("select * from rooms_with_misplaced_listeners()") == []
