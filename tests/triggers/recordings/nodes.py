"""What the nodes do in these tests: begin to write a recording, or stop."""

from __future__ import annotations

from ...people import Psql


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
