"""Recordings: who starts, stops, deletes and plays one, and who is recorded."""

from __future__ import annotations

from ...conftest import Connect
from ...patience import PATIENCE
from ...people import Psql, refused, waits_for
from .nodes import begin, skip_countdown


def test_only_the_host_records_and_only_rooms_on_a_node(psql: Psql, room: int) -> None:
    psql.act_as("anna")
    with refused("recordings_are_started_by_the_host"):
        psql.one("select start_recording(%s)", room)
    mesh = psql.act_as(None).room("rick", "Mesh")
    with refused("participants_only_for_participants"):
        psql.act_as("rick").one("select start_recording(%s)", mesh)
    psql.one("select join_room(%s)", mesh)
    with refused("recordings_need_a_node"):
        psql.one("select start_recording(%s)", mesh)
    with refused("participants_room_is_open"):
        psql.one("select start_recording(4711)")
    # Five seconds, in which one may leave.
    assert psql.one(
        "select extract(epoch from begins_at - announced_at)::int from start_recording(%s)", room
    ) == 5  # fmt: skip
    with refused("recordings_one_at_a_time"):
        psql.run("insert into recordings (room_id) values (%s)", room)
    recording = psql.one("select room_snapshot(%s) -> 'recording'", room)
    assert recording["username"] == "rick"
    assert recording["status"] == "announced"
    assert {"file", "node_id"}.isdisjoint(recording), "users do not see node and file"


def test_a_recording_begins_after_the_countdown_and_its_changes_are_logged(
    psql: Psql, room: int
) -> None:
    psql.act_as("rick").one("select start_recording(%s)", room)
    psql.act_as(None)
    node = psql.one("select node_id from recordings")
    recording = psql.one("select id from recordings")
    begins = "select file, wait > 4 from node_recording_begins(%s, %s)"
    assert psql.all(begins, node, recording) == [(None, True)]
    assert psql.all(begins, "mixer", recording) == [], "it is not that node's"
    skip_countdown(psql)
    begin(psql, recording)
    psql.act_as("anna").one("select stop_recording(%s)", room)
    with refused("recordings_is_running"):
        psql.one("select stop_recording(%s)", room)
    psql.act_as(None).one("select node_recording_ended(%s, %s, 12.5, 4711)", node, recording)
    assert psql.all(begins, node, recording) == []
    assert psql.one("select recording_status(r) from recordings r") == "ended"
    said = psql.all(
        "select e.type, e.record ->> 'status' from events e where table_name = 'recordings' order by seq"
    )
    assert said == [
        ("INSERT", "announced"),
        ("UPDATE", "recording"),  # the countdown that the test cut short
        ("UPDATE", "recording"),
        ("UPDATE", "ended"),
        ("UPDATE", "ended"),
    ]
    words = [
        word for (word,) in psql.all("select what from replay_room(%s)", room) if "record" in word
    ]
    assert words[0] == "rick announces a recording"
    assert words[2:4] == ["the recording begins", "the recording ends"]


def test_only_recorded_participants_play_a_recording_and_read_its_messages(
    psql: Psql, room: int
) -> None:
    psql.act_as("rick").one("select start_recording(%s)", room)
    psql.act_as("bo").one("select leave_room(%s)", room)  # during the countdown
    psql.act_as(None)
    recording = psql.one("select id from recordings")
    skip_countdown(psql)
    begin(psql, recording)
    psql.act_as("eve").one("select join_room(%s)", room)
    psql.one("select say(%s, 'Hello')", room)
    psql.one("select leave_room(%s)", room)
    psql.act_as("rick").one("select stop_recording(%s)", room)
    psql.one("select say(%s, 'That was it')", room)
    psql.one("select end_room(%s)", room)
    for name, hears in (("rick", True), ("anna", True), ("eve", True), ("bo", False)):
        psql.act_as(name)
        found = psql.all("select room, people, mine from archive")
        assert found == ([("Tea", ["anna", "eve", "rick"], name == "rick")] if hears else [])
        assert (psql.one("select count(*) from recordings") == 1) is hears
        if hears:
            chat = psql.all(
                "select username, body, at between 0 and 60 from recording_chat(%s)", recording
            )
            assert chat == [("eve", "Hello", True)]
        else:
            with refused("recordings_are_for_recorded_users"):
                psql.all("select recording_chat(%s)", recording)


def test_who_started_a_recording_deletes_it_with_its_file(
    psql: Psql, room: int, begun: int
) -> None:
    file = psql.one("select file from recordings")
    lost = file.replace("-", "-0", 1)
    gone = "select relay_deleted_recordings(array[%s, %s, 'another database''s.ogg'])"
    assert psql.all(gone, file, lost) == []
    for name in ("anna", "bo"):
        with refused("recordings_are_deleted_by_their_host"):
            psql.act_as(name).one("select delete_recording(%s)", begun)
    with refused("recordings_are_for_recorded_users"):
        psql.act_as("eve").one("select delete_recording(%s)", begun)
    with refused("recordings_are_stopped_by_moderators"):
        psql.act_as("bo").one("select stop_recording(%s)", room)
    # One that runs is stopped by it.
    psql.act_as("rick").one("select delete_recording(%s)", begun)
    assert psql.one("select ended_at = deleted_at from recordings")
    assert psql.one("select count(*) from archive") == 0
    with refused("recordings_is_known"):
        psql.one("select delete_recording(%s)", begun)
    with refused("recordings_stay_deleted"):
        psql.run("update recordings set deleted_at = null")
    with refused("recordings_stay_ended"):
        psql.run("update recordings set ended_at = null")
    assert psql.act_as(None).all(gone, file, lost) == [(file,)]
    psql.run("delete from rooms where true")
    assert psql.all(gone, file, lost) == [(file,)], "the row is gone, and what it said is kept"


def test_a_join_at_the_same_time_as_an_announcement_is_recorded(
    connect: Connect, psql: Psql, room: int
) -> None:
    """One of the two waits for the other at commit, so the participant is recorded in either order."""
    slow, other = Psql(connect()), Psql(connect())
    slow.run("begin")
    slow.act_as("rick").one("select start_recording(%s)", room)
    slow.run("reset role")
    slow.run("set constraints all immediate")  # as if committing
    other.act_as("eve")
    with waits_for(slow, other, "select (join_room(%s)).user_id", room) as joined:
        slow.run("commit")
        joined.result(PATIENCE)
    assert psql.one("select count(*) from recorded_seats where user_id = %s", psql.person_id("eve")) == 1  # fmt: skip
