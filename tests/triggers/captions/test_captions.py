"""Captions: room and speaker agree, the speaker's client or the operator writes them, and everybody in the room receives them."""

from __future__ import annotations

from typing import Any, LiteralString

import psycopg
import pytest

from ...people import Psql, refused
from ...schema.pace import refused_after
from .written import AGREE, CORRECT, WRITE, events, record


def agreed(psql: Psql, room: int) -> list[tuple[Any, ...]]:
    return psql.act_as(None).all(
        "select username, captioned_by from roster where room_id = %s and captioned_by is not null",
        room,
    )


def test_a_caption_is_written_corrected_and_complete(psql: Psql, room: int) -> None:
    caption = psql.act_as("anna").one(WRITE, room, "hell")
    assert psql.run(CORRECT, "hello", False, caption) == 1
    assert psql.run(CORRECT, "hello there", True, caption) == 1
    with refused("captions_stay_final"):
        psql.run(CORRECT, "help", False, caption)
    assert events(psql, room) == [
        ("INSERT", "hell", False),
        ("UPDATE", "hello", False),
        ("UPDATE", "hello there", True),
    ]
    assert psql.act_as("bo").all("select text, final from captions") == [("hello there", True)]
    said = [what for (what,) in psql.act_as("rick").all("select what from replay_room(%s)", room)]
    assert {"captions are on", "anna agrees to captions", "anna says: hello there"} <= set(said)
    assert psql.act_as(None).one("select captions from hallway where id = %s", room)


def test_only_the_host_switches_captions_on(psql: Psql) -> None:
    room = psql.room("rick")
    psql.seat(room, "rick")
    psql.seat(room, "beth", "MODERATOR")
    assert not psql.one("select captions from rooms where id = %s", room)
    psql.act_as("beth")
    with refused("rooms_only_the_host_changes_them"):
        psql.run("update rooms set captions = true where id = %s", room)
    with refused("captions_are_on"):
        psql.run(AGREE, "self", room)
    with refused("captions_are_on"):
        psql.one(WRITE, room, "hello")
    assert not psql.one("select room_snapshot(%s) ? 'captions'", room)
    psql.act_as(None).run("update rooms set ended_at = now() where id = %s", room)
    assert (
        psql.one("select captions_refused(r) from rooms r where id = %s", room)
        == "the room has ended"
    )


def test_each_speaker_agrees_for_themselves_and_only_on_stage(psql: Psql, room: int) -> None:
    psql.act_as("beth")
    with refused("participants_agree_to_captions_themselves"):
        psql.run(
            "update participants set captioned_by = 'self' where room_id = %s and role = 'HOST'",
            room,
        )
    with refused("captions_speaker_agrees"):
        psql.one(WRITE, room, "hello")
    with refused("participants_audience_has_no_captions"):
        psql.act_as("bo").run(AGREE, "self", room)
    with refused("participants_captioned_by_is_known"):
        psql.act_as("rick").run(AGREE, "everybody", room)
    assert agreed(psql, room) == [("anna", "self")]
    # A moderator may end them, as they may mute.
    psql.act_as("beth").run("update participants set captioned_by = null where room_id = %s", room)
    with refused("captions_speaker_agrees"):
        psql.act_as("anna").one(WRITE, room, "hello")


@pytest.mark.parametrize(
    "end",
    [
        "update rooms set captions = false where id = %s",
        "update participants set role = 'AUDIENCE' where room_id = %s and user_id = (select id from users where username = 'anna')",
        "update participants set peer_id = gen_random_uuid() where room_id = %s and user_id = (select id from users where username = 'anna')",
    ],
)
def test_what_a_speaker_agreed_to_ends(psql: Psql, room: int, end: LiteralString) -> None:
    caption = psql.act_as("anna").one(WRITE, room, "hello")
    psql.act_as(None).run(end, room)
    psql.run("update rooms set captions = true where id = %s", room)
    assert agreed(psql, room) == []
    assert psql.one("select recent_captions(%s)", room) == []
    with refused("captions_speaker_agrees"):
        psql.act_as("anna").run(CORRECT, "hello there", True, caption)


def test_captions_are_of_what_is_heard(psql: Psql, room: int) -> None:
    caption = psql.act_as("anna").one(WRITE, room, "hello")
    psql.run("update participants set muted = true where user_id = acting_user()")
    psql.run(CORRECT, "hello there", True, caption)  # said before
    with refused("captions_speaker_is_heard"):
        psql.one(WRITE, room, "a text like in the chat")
    psql.run("update participants set muted = false where user_id = acting_user()")
    late = psql.one(WRITE, room, "slow")
    psql.act_as(None).run(
        "update captions set started_at = now() - interval '61 seconds' where id = %s", late
    )
    with refused("captions_stay_final"):
        psql.act_as("anna").run(CORRECT, "slowly", True, late)


def test_the_operator_writes_for_those_who_let_them(psql: Psql, room: int) -> None:
    write = "insert into captions (room_id, user_id, text, final) select %s, id, 'hello', true from users where username = %s"
    for name in ("anna", "rick"):
        with refused("captions_speaker_agrees"):
            psql.act_as(None).run(write, room, name)
    psql.act_as("rick").run(AGREE, "operator", room)
    with refused("captions_speaker_agrees"):
        psql.one(WRITE, room, "hello")
    assert psql.act_as(None).run(write, room, "rick") == 1
    with refused("captions_speaker_is_here"):
        psql.run(write, room, "eve")


def test_captions_are_short_and_slow(psql: Psql, room: int) -> None:
    psql.act_as("anna")
    for text in ("", " ", "x" * 501, "two\nlines", "\u202egnorw"):
        with pytest.raises(psycopg.Error):
            psql.one(WRITE, room, text)
    refused_after(
        psql, "captions_are_rate_limited", 20, 0.5, lambda n: psql.one(WRITE, room, f"{n}")
    )
    caption = psql.one("select max(id) from captions")
    refused_after(
        psql,
        "captions_changes_are_rate_limited",
        40,
        0.25,
        lambda n: psql.run(CORRECT, f"{n}", False, caption),
    )


def test_who_comes_later_reads_the_last_two_minutes(psql: Psql, room: int) -> None:
    psql.act_as("anna")
    for number in range(20):
        psql.one(WRITE, room, f"word {number}")
    psql.act_as(None).run(
        "update captions set started_at = now() - interval '3 minutes', changed_at = now() where text = 'word 7'"
    )
    psql.seat(room, "cleo")
    shown = psql.act_as("cleo").one("select room_snapshot(%s) -> 'captions'", room)
    expected = [f"word {number}" for number in range(20) if number != 7]
    assert [one["text"] for one in shown] == expected
    assert {one["username"] for one in shown} == {"anna"}
    assert [text for (text,) in psql.all("select text from captions order by id")] == expected
    epoch = psql.act_as(None).one("select epoch from logs where room_id = %s", room)
    read = psql.act_as("cleo").one("select room_log(%s, null, %s, 0)", room, epoch)
    assert not [event for event in read["events"] if event["table"] == "captions"]
    assert psql.act_as("eve").all("select text from captions") == []


def test_a_deleted_caption_is_gone_everywhere(psql: Psql, room: int) -> None:
    psql.act_as("anna")
    mine, other = (psql.one(WRITE, room, text) for text in ("my secret", "her secret"))
    psql.run(CORRECT, "my dark secret", True, mine)
    assert psql.act_as("bo").run("delete from captions where id = %s", mine) == 0
    assert psql.act_as("anna").run("delete from captions where id = %s", mine) == 1
    assert psql.act_as("beth").run("delete from captions where id = %s", other) == 1
    assert (
        events(psql, room) == [("DELETE", None, None)] * 3
    )  # one for each event that had the words
    # What relays and the pump keep in memory goes, too.
    gone = "select taken_back_seq from relay_read(array[%s::bigint], array[0::bigint]) where type = 'DELETE' order by 1"
    words = "select seq from events where table_name = 'captions' and type <> 'DELETE' order by 1"
    assert psql.all(gone, room) == psql.all(words) != []
    assert "secret" not in str(psql.all("select what from replay_room(%s)", room))
    hidden = "select count(*) from events where old_record ->> 'text' is not null and table_name = 'captions'"
    assert psql.one(hidden) == 0


def test_captions_that_a_recording_keeps_are_not_counted(psql: Psql, room: int) -> None:
    record(psql, room)
    psql.run("alter table captions disable trigger user")
    psql.run(
        "insert into captions (room_id, user_id, text, final, recording_id)"
        " select %s, u.id, 'words', true, r.id from users u, recordings r, generate_series(1, 10000) where username = 'anna'",
        room,
    )
    psql.run("alter table captions enable trigger user")
    psql.act_as("anna").one(WRITE, room, "hello")
    psql.act_as(None).run("alter table captions disable trigger user")
    psql.run("update captions set recording_id = null")
    psql.run("alter table captions enable trigger user")
    with refused("captions_are_limited_in_number"):
        psql.act_as("anna").one(WRITE, room, "hello")


def test_captions_are_kept_for_two_hours_or_with_a_recording(psql: Psql, room: int) -> None:
    psql.act_as("anna").one(WRITE, room, "before")
    recording = record(psql, room)
    caption = psql.act_as("anna").one(WRITE, room, "welc")
    psql.run(CORRECT, "welcome everybody", True, caption)
    ((name, text, at, until),) = psql.act_as("bo").all(
        "select username, text, at, until from recording_captions(%s)", recording
    )
    assert (name, text) == ("anna", "welcome everybody")
    assert 0 <= at < until
    with refused("recordings_are_for_recorded_users"):
        psql.act_as("eve").all("select * from recording_captions(%s)", recording)
    psql.act_as(None).run(
        "update captions set started_at = now() - interval '3 hours', changed_at = now() - interval '3 hours'"
    )
    clean = "select relay_delete_old_rows(interval '1 hour', 100000)"
    psql.one(clean)
    assert psql.all("select text from captions") == [("welcome everybody",)]
    psql.act_as("rick").one("select delete_recording(%s)", recording)
    with refused("recordings_is_known"):
        psql.all("select * from recording_captions(%s)", recording)
    psql.act_as(None).one(clean)
    assert psql.count("captions") == 0
    assert ("DELETE", None, None) not in events(psql, room)


def test_a_report_has_the_newest_words_of_each_caption(psql: Psql, room: int) -> None:
    """Also of those that a changed client never completes, or deletes."""
    psql.act_as("anna")
    caption = None
    for words in ("you fool", "you are late", "go away"):
        caption = psql.one(WRITE, room, words[:3])
        psql.run(CORRECT, words, words == "you fool", caption)
    psql.run("delete from captions where id = %s", caption)
    psql.act_as("bo").one("select report(%s, 'anna', 'insults')", room)
    log = psql.act_as(None).one("select log -> 'events' from reports")
    reported = [event for event in log if event["table"] == "captions"]
    assert [e["record"]["text"] for e in reported if e["record"]] == [
        "you fool",
        "you are late",
        "go away",
    ]
    assert [e["type"] for e in reported] == ["UPDATE"] * 3 + ["DELETE"]
