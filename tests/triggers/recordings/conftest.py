"""A room on a node, and a recording of it that has begun."""

from __future__ import annotations

import pytest

from ...people import Psql
from .nodes import begin, skip_countdown


@pytest.fixture
def psql(psql: Psql) -> Psql:
    for name in ("rick", "anna", "bo", "eve"):
        psql.person(name)
    for node in ("one", "two"):
        psql.one("select node_register(%s, 'sfu', 10)", node)
    psql.one("select node_register('mixer', 'mcu', 10)")
    psql.run("update nodes set heartbeat_at = now() + interval '1 hour'")
    return psql


@pytest.fixture
def room(psql: Psql) -> int:
    """A room on a node with rick its host, anna a moderator, and bo."""
    room = psql.room("rick")
    psql.seat(room, "rick")
    psql.seat(room, "anna", "MODERATOR")
    psql.seat(room, "bo")
    psql.run("update rooms set topology = 'sfu' where id = %s", room)
    return room


@pytest.fixture
def begun(psql: Psql, room: int) -> int:
    """A recording whose countdown is over, and which its node writes."""
    psql.act_as("rick").one("select start_recording(%s)", room)
    psql.act_as(None)
    recording: int = psql.one("select id from recordings")
    skip_countdown(psql)
    begin(psql, recording)
    return recording
