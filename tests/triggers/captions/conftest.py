"""The room of these tests."""

from __future__ import annotations

import pytest

from ...people import Psql
from .written import AGREE


@pytest.fixture
def room(psql: Psql) -> int:
    """rick's room with captions on; beth moderates it, anna, who is heard, agrees to captions, and bo listens."""
    room = psql.room("rick")
    for name, role in (("rick", None), ("beth", "MODERATOR"), ("anna", None), ("bo", "AUDIENCE")):
        psql.seat(room, name, role)
    psql.person("eve")
    psql.act_as("rick").run("update rooms set captions = true where id = %s", room)
    psql.act_as("anna").run("update participants set muted = false where user_id = acting_user()")
    psql.run(AGREE, "self", room)
    return room
