"""Joining as the tests of rooms do."""

from __future__ import annotations

from ...people import Psql


def join(psql: Psql, room: int, username: str) -> str:
    return str(psql.act_as(username).one("select peer_id from join_room(%s)", room))
