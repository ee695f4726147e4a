"""The room for the tests of the functions for psql."""

from __future__ import annotations

import pytest

from ..people import Psql


@pytest.fixture
def talk(psql: Psql) -> int:
    """An open room: rick hosts, mo moderates, anna and ben talk; cleo was never there."""
    room = psql.room("rick", "Talk")
    psql.seat(room, "rick")
    psql.seat(room, "mo", "MODERATOR")
    psql.seat(room, "anna")
    psql.seat(room, "ben")
    psql.person("cleo")
    return room
