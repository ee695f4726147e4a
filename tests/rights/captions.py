"""Captions in the rooms of the rights matrix."""

from __future__ import annotations

from ..people import Psql


def caption(psql: Psql, rooms: list[int], heard: list[int]) -> None:
    """Every person on stage was captioned by the operator, and is by themselves now; the microphones of those `heard` are on."""
    psql.run("update rooms set captions = true where id = any (%s)", rooms)
    psql.run(
        "update participants set captioned_by = 'operator' where kind = 'person' and role <> 'AUDIENCE' and room_id = any (%s)",
        rooms,
    )
    psql.run(
        "insert into captions (room_id, user_id, text) select room_id, user_id, 'Hello' from participants where captioned_by is not null"
    )
    # As if they had begun just now, whenever the tests correct them.
    psql.run("update captions set started_at = now() + interval '1 hour'")
    psql.run("update participants set captioned_by = 'self' where captioned_by is not null")
    psql.run(
        "update participants set muted = false where user_id = any (%s) and captioned_by is not null",
        heard,
    )
