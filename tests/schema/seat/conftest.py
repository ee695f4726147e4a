"""A room in which two users came to listen, from psql."""

from __future__ import annotations

import pytest

from ...people import Psql


@pytest.fixture
def talk(psql: Psql) -> int:
    """A moderated room: rick hosts, then anna and ben came to listen."""
    room = psql.room("rick", "Talk", "moderated")
    for name in ("rick", "anna", "ben"):
        psql.act_as(None).person(name)
        psql.act_as(name).one("select join_room(%s)", room)
    psql.act_as(None)
    return room
