"""A recording that loses its node: it continues as another part, waits for a node, or ends."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ...people import Psql
from .nodes import begin, kill, parts


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
    query = "select type, record ->> 'status', record ->> 'continued' from events where table_name = 'recordings' order by seq desc limit 2"
    assert psql.all(query) == [
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
        == "no other audio server was available to continue it"
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
