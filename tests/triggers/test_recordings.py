"""Recordings: who starts, stops, deletes and plays one, and what happens when its node stops."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ..conftest import Connect
from ..people import Psql, refused, waits_for


@pytest.fixture
def psql(psql: Psql) -> Psql:
    for name in ("rick", "anna", "bo", "eve"):
        psql.person(name)
    for node in ("one", "two"):
        psql.one("select node_register(%s, 'sfu', 10)", node)
    psql.one("select node_register('mixer', 'mcu', 10)")
    psql.run("update nodes set heartbeat_at = now() + interval '1 hour'")
    return psql


@pytest.fixture
def room(psql: Psql) -> int:
    """A room on a node with rick its host, anna a moderator, and bo."""
    room = psql.room("rick")
    psql.seat(room, "rick")
    psql.seat(room, "anna", "MODERATOR")
    psql.seat(room, "bo")
    psql.run("update rooms set topology = 'sfu' where id = %s", room)
    return room


@pytest.fixture
def begun(psql: Psql, room: int) -> int:
    """A recording whose countdown is over, and which its node writes."""
    psql.act_as("rick").one("select start_recording(%s)", room)
    psql.act_as(None)
    recording: int = psql.one("select id from recordings")
    skip_countdown(psql)
    begin(psql, recording)
    return recording


def skip_countdown(psql: Psql) -> None:
    psql.run("update recordings set begins_at = announced_at where ended_at is null")


def begin(psql: Psql, recording: int) -> bool:
    """The node that is to write it begins; whether it may."""
    node = psql.one("select node_id from recordings where id = %s", recording)
    return bool(psql.one("select file from node_recording_begins(%s, %s)", node, recording))


def kill(psql: Psql, node: str) -> None:
    psql.run("update nodes set heartbeat_at = now() - interval '10 seconds' where id = %s", node)
    psql.one("select assign_nodes()")


def parts(psql: Psql) -> list[tuple[object, ...]]:
    return psql.all(
        "select recording_status(r), node_id, continues_id is not null, failure is not null from recordings r order by id"
    )


def test_only_the_host_records_and_only_rooms_on_a_node(psql: Psql, room: int) -> None:
    psql.act_as("anna")
    with refused("recordings_are_started_by_the_host"):
        psql.one("select start_recording(%s)", room)
    mesh = psql.act_as(None).room("rick", "Mesh")
    with refused("participants_only_for_those_inside"):
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
    told = psql.one("select room_snapshot(%s) -> 'recording'", room)
    assert told["username"] == "rick"
    assert told["status"] == "announced"
    assert {"file", "node_id"}.isdisjoint(told), "users do not see node and file"


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
            with refused("recordings_are_for_those_recorded"):
                psql.all("select recording_chat(%s)", recording)


def test_who_started_a_recording_deletes_it_with_its_file(
    psql: Psql, room: int, begun: int
) -> None:
    file = psql.one("select file from recordings")
    lost = file.replace("-", "-0", 1)
    gone = "select relay_deleted_recordings(array[%s, %s, 'another database''s.ogg'])"
    assert psql.all(gone, file, lost) == [(lost,)]
    for name in ("anna", "bo"):
        with refused("recordings_are_deleted_by_their_host"):
            psql.act_as(name).one("select delete_recording(%s)", begun)
    with refused("recordings_are_for_those_recorded"):
        psql.act_as("eve").one("select delete_recording(%s)", begun)
    with refused("recordings_are_stopped_by_those_who_moderate"):
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
    assert psql.act_as(None).all(gone, file, lost) == [(file,), (lost,)]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("update rooms set topology = 'mesh' where id = %s", "the room became a mesh"),
        ("update rooms set ended_at = now() where id = %s", "the room ended"),
        ("delete from participants where room_id = %s", "all people had left"),
    ],
)
def test_a_recording_ends_with_its_room_or_node(psql: Psql, room: int, begun: int, change: str, reason: str) -> None:  # fmt: skip
    psql.connection.execute(change.encode(), (room,))
    psql.one("select relay_maintain_recordings()")
    assert psql.one("select count(*) from recordings") == 1
    assert psql.one("select ended_reason from recordings").startswith(reason)
    assert psql.one("select recording_status(r) from recordings r") == "ended"


def move_to_another_kind(psql: Psql, room: int) -> None:
    psql.act_as("rick").run("update rooms set topology = 'mcu' where id = %s", room)
    psql.act_as(None)


def lose_the_node(psql: Psql, room: int) -> None:
    kill(psql, psql.one("select node_id from assignments"))


def stop_the_node(psql: Psql, room: int) -> None:
    node, recording = psql.all("select node_id, id from recordings")[0]
    psql.one("select node_recording_ended(%s, %s, 3, 4711)", node, recording)
    psql.one("select node_end_lease(%s)", node)


def crash_the_database(psql: Psql, room: int) -> None:
    psql.run("truncate assignments, events, logs, signals")
    psql.run("delete from participants where kind in ('sfu', 'mcu')")
    kill(psql, psql.one("select node_id from recordings"))


@pytest.mark.parametrize(
    ("change", "fails"),
    [
        (move_to_another_kind, False),
        (lose_the_node, True),
        (stop_the_node, False),
        (crash_the_database, True),
    ],
)
def test_a_recording_continues_as_another_part_on_another_node(
    psql: Psql, room: int, begun: int, change: Callable[[Psql, int], None], fails: bool
) -> None:
    change(psql, room)
    carrying = psql.one("select node_id from assignments")
    first, second = parts(psql)
    assert first[::3] == ("failed" if fails else "ended", fails)
    assert second == ("recording", carrying, True, False)
    told = "select type, record ->> 'status', record ->> 'continued' from events where table_name = 'recordings' order by seq desc limit 2"
    assert psql.all(told) == [
        ("INSERT", "recording", "false"),
        ("UPDATE", first[0], "true"),  # nobody takes it for the end
    ]
    latest = psql.one("select max(id) from recordings")
    assert begin(psql, latest), "nobody counts down twice"
    people = "select array_agg(username order by username) from recorded_seats join users on id = user_id where recording_id = %s"
    assert psql.one(people, latest) == ["anna", "bo", "rick"]


def test_a_node_that_begins_again_writes_another_part(psql: Psql, begun: int) -> None:
    assert not begin(psql, begun)
    assert begin(psql, psql.one("select max(id) from recordings"))
    assert [status for status, *_ in parts(psql)] == ["ended", "recording"]


@pytest.mark.parametrize("returns", [False, True])
def test_a_recording_that_had_not_begun_waits_for_a_node_for_a_limited_time(
    psql: Psql, room: int, returns: bool
) -> None:
    psql.act_as("rick").one("select start_recording(%s)", room)
    psql.act_as(None)
    first = psql.one("select node_id from recordings")
    kill(psql, first)
    second = psql.one("select node_id from assignments")
    assert second != first
    assert parts(psql) == [("announced", second, False, False)]
    kill(psql, second)
    assert parts(psql) == [("announced", None, False, False)]
    psql.run("update recordings set announced_at = now() - interval '31 seconds', begins_at = now() - interval '26 seconds'")  # fmt: skip
    if returns:  # as after a night
        psql.one("select node_register('three', 'sfu', 10)")
        psql.one("select assign_nodes()")
        assert psql.one("select node_id from assignments") == "three"
    else:
        psql.one("select relay_maintain_recordings()")
    assert (
        psql.one("select ended_reason from recordings")
        == "no other node was available to continue it"
    )
    assert psql.one("select node_id is null from recordings")


def test_a_full_disk_ends_a_recording_and_a_relay_measures_the_file_of_a_lost_node(
    psql: Psql, room: int, begun: int
) -> None:
    node, file = psql.all("select node_id, file from recordings")[0]
    psql.one("select node_recording_ended(%s, %s, 3, 4711, 'the disk is full')", node, begun)
    assert parts(psql) == [("failed", node, False, True)]
    assert psql.all("select * from relay_maintain_recordings()") == []
    psql.run("update recordings set duration = null")
    psql.connection.execute("set session_replication_role = replica")
    psql.run("update recordings set announced_at = now() - interval '9 s', ended_at = now() - interval '6 s'")  # fmt: skip
    psql.connection.execute("reset session_replication_role")
    assert psql.all("select * from relay_maintain_recordings()") == [(begun, file)]
    psql.one("select relay_set_recording_size(%s, 2.5, 1000)", begun)
    assert psql.act_as("bo").one("select seconds from archive") == 2.5
    # Where they are kept for some time only, that time is over.
    psql.act_as(None).all("select * from relay_maintain_recordings('1 hour')")
    assert psql.one("select deleted_at is null from recordings")
    psql.all("select * from relay_maintain_recordings('5 seconds')")
    assert psql.one("select deleted_at is not null from recordings")


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
        joined.result(10)
    assert psql.one("select count(*) from recorded_seats where user_id = %s", psql.person_id("eve")) == 1  # fmt: skip
