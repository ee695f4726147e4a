"""A moderated room, and users who are not in it."""

from __future__ import annotations

import pytest

from ...people import Psql


@pytest.fixture
def psql(psql: Psql) -> Psql:
    for name in ("rick", "anna", "bo", "eve", "stranger"):
        psql.person(name)
    return psql


@pytest.fixture
def room(psql: Psql) -> int:
    """A moderated room with rick its host, anna a moderator, and bo."""
    room = psql.room("rick", stage="moderated")
    psql.seat(room, "rick")
    psql.seat(room, "anna", "MODERATOR")
    psql.seat(room, "bo")
    return room
