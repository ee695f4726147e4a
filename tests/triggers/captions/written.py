"""What captions are written with in these tests, and what the log has of them."""

from __future__ import annotations

from typing import Any, LiteralString

from ...people import Psql

AGREE: LiteralString = (
    "update participants set captioned_by = %s where room_id = %s and user_id = acting_user()"
)
WRITE: LiteralString = "insert into captions (room_id, text) values (%s, %s) returning id"
CORRECT: LiteralString = "update captions set text = %s, final = %s where id = %s"


def events(psql: Psql, room: int) -> list[tuple[Any, ...]]:
    """Type, text and whether it is final of all caption events that are not hidden."""
    psql.act_as(None)
    return psql.all(
        "select type, record ->> 'text', (record ->> 'final')::boolean from events"
        " where room_id = %s and table_name = 'captions' and taken_back_at is null order by seq",
        room,
    )


def record(psql: Psql, room: int) -> int:
    """A recording of the room begins, by rick; its id."""
    psql.act_as(None).node("one")
    psql.run("update rooms set topology = 'sfu' where id = %s", room)
    psql.act_as("rick").one("select start_recording(%s)", room)
    psql.act_as(None).run(
        "update recordings set begins_at = announced_at, started_at = clock_timestamp()"
    )
    return int(psql.one("select id from recordings"))
