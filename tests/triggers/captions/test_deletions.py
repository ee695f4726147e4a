"""Deletions of captions: few at a time, announced, and possible for those who cannot read them any more."""

from __future__ import annotations

import pytest

from ...people import Psql, refused
from ...schema.pace import later
from .written import WRITE, events, record


def test_a_deletion_reads_only_the_events_of_its_caption(psql: Psql, room: int) -> None:
    """It holds the lock on the room's log, so it must not read a log of an evening."""
    mine = psql.act_as("anna").one(WRITE, room, "my secret")
    psql.act_as(None).run(
        "insert into events (room_id, seq, table_name, type, record)"
        " select %s, 1000 + n, 'captions', 'INSERT', jsonb_build_object('id', 1000 + n) from generate_series(1, 20000) n",
        room,
    )
    psql.run("analyze events")
    plan = psql.all(
        "explain update events e set taken_back_at = now()"
        " where e.room_id = %s and e.table_name = 'captions' and e.type <> 'DELETE' and (e.record ->> 'id')::bigint = %s",
        room,
        mine,
    )
    assert "events_by_caption" in str(plan)


def test_deletions_are_few_at_a_time(psql: Psql, room: int) -> None:
    psql.act_as("anna")
    for _ in range(2):
        later(psql, "1 minute")
        psql.act_as("anna")
        for number in range(20):
            psql.one(WRITE, room, f"{number}")
    with refused("captions_deletions_are_rate_limited"):
        psql.run("delete from captions where room_id = %s", room)
    assert psql.count("captions") == 40
    first_20 = "delete from captions where id in (select id from captions order by id limit 20)"
    assert psql.run(first_20) == 20


def test_a_deletion_is_told_though_the_log_has_passed_the_words(psql: Psql, room: int) -> None:
    caption = psql.act_as("anna").one(WRITE, room, "my secret")
    psql.act_as(None).run("delete from events where room_id = %s", room)
    psql.act_as("anna").run("delete from captions where id = %s", caption)
    assert events(psql, room) == [("DELETE", None, None)]


@pytest.mark.parametrize("name", ["anna", "rick", "beth"])
def test_an_old_caption_is_deleted_by_those_who_did_not_read_it(
    psql: Psql, room: int, name: str
) -> None:
    caption = psql.act_as("anna").one(WRITE, room, "my secret")
    psql.act_as(None).run(
        "update captions set started_at = now() - interval '5 minutes', changed_at = now() - interval '4 minutes'"
    )
    for other in ("bo", "eve"):
        with refused("captions_is_known"):
            psql.act_as(other).one("select delete_caption(%s)", caption)
    psql.act_as(name).one("select delete_caption(%s)", caption)
    assert psql.act_as(None).count("captions") == 0
    assert events(psql, room) == [("DELETE", None, None)]


@pytest.mark.parametrize("name", ["rick", "beth"])
def test_a_caption_of_a_recording_is_deleted_after_the_room_has_ended(
    psql: Psql, room: int, name: str
) -> None:
    """By who started the recording, and by who was the host at the end."""
    record(psql, room)
    caption = psql.act_as("anna").one(WRITE, room, "my secret")
    psql.act_as("rick").one("select hand_over(%s, 'beth')", room)
    psql.act_as("beth").run("update rooms set ended_at = now() where id = %s", room)
    with refused("captions_is_known"):
        psql.act_as("bo").one("select delete_caption(%s)", caption)
    psql.act_as(name).one("select delete_caption(%s)", caption)
    assert psql.act_as(None).count("captions") == 0
