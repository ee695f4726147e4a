"""A club of olga, and a room in it for its members, in which a guest sits."""

from __future__ import annotations

import pytest

from ...people import Psql


@pytest.fixture
def psql(psql: Psql) -> Psql:
    for name in ("olga", "ada", "max", "sam", "eve"):
        psql.person(name)
    return psql


@pytest.fixture
def club(psql: Psql) -> int:
    """A club founded by olga, with ada as its admin and max as a member."""
    club = int(psql.act_as("olga").one("select id from create_club('Kettle', ' ', null)"))
    for name, role in (("ada", "ADMIN"), ("max", "MEMBER")):
        psql.run(
            "insert into members (club_id, user_id, role) values (%s, %s, %s)",
            club,
            psql.person_id(name),
            role,
        )
    psql.act_as(None)
    return club


@pytest.fixture
def room(psql: Psql, club: int) -> int:
    """Max's room in the club, where max and sam sit; for members, which sam is none of."""
    psql.act_as("max")
    room = psql.one("insert into rooms (name, club_id) values ('Tea', %s) returning id", club)
    psql.one("select join_room(%s)", room)
    psql.act_as("sam").one("select join_room(%s)", room)
    psql.act_as("max").run("update rooms set access = 'club' where id = %s", room)
    psql.act_as(None)
    return int(room)
