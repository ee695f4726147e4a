"""The events of a room."""

from __future__ import annotations

from ...people import Psql


def events_of(psql: Psql, room: int, table: str) -> list[tuple[str, object, object]]:
    psql.act_as(None)
    return [
        (kind, record, old)
        for kind, record, old in psql.all(
            "select type, record, old_record from events where room_id = %s and table_name = %s"
            " order by seq",
            room,
            table,
        )
    ]
