"""A moderated room with a moderator and two listeners."""

from __future__ import annotations

import pytest

from ...people import Psql


@pytest.fixture
def talk(psql: Psql) -> int:
    """A moderated room: rick hosts, mo moderates, anna and ben came to listen."""
    room = psql.room("rick", "Talk", "moderated")
    psql.seat(room, "rick")
    psql.seat(room, "mo", "MODERATOR")
    psql.seat(room, "anna")
    psql.seat(room, "ben")
    return room
