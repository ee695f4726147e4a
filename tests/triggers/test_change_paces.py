"""Updates that are sent to everybody in a room have a rate limit for each user."""

from __future__ import annotations

from typing import LiteralString

import pytest

from ..people import Psql, refused
from ..schema.pace import later

UNPACED_CHANGES = {"recordings": "a recording ends once and is deleted once"}
"""Tables whose updates are logged without tg_pace, and why they need none."""


@pytest.fixture
def room(psql: Psql) -> int:
    """A room of rick's with a hundred others, whose microphones are on."""
    room = psql.room("rick")
    psql.seat(room, "rick")
    psql.run("insert into users (username) select 'u' || n from generate_series(1, 100) n")
    psql.run(
        "insert into participants (room_id, user_id, muted) select %s, id, false from users where username ~ '^u'",
        room,
    )
    return room


def test_every_update_that_is_sent_to_everybody_has_a_pace(psql: Psql) -> None:
    found = psql.all(
        "select c.relname::text, bool_or(p.proname = 'tg_pace' and t.tgname ~ '_pace_changes$')"
        " from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_proc p on p.oid = t.tgfoid"
        " where c.relnamespace = 'roomtone'::regnamespace and not t.tgisinternal and t.tgtype & 16 = 16"  # update
        "   and has_any_column_privilege('roomtone_person', c.oid, 'update')"
        " group by c.relname having bool_or(p.proname ~ '^tg_.*__log$')"
    )
    assert {table for table, _ in found} >= {"participants", "rooms"}
    assert [table for table, paced in found if not paced and table not in UNPACED_CHANGES] == []


def test_changes_come_slowly_and_muting_everybody_is_never_refused(psql: Psql, room: int) -> None:
    psql.act_as("rick").run("select mute_all(%s)", room)
    assert psql.act_as(None).one("select count(*) from participants where not muted") <= 1
    ask: LiteralString = "update participants set asked_to_unmute_at = now() where room_id = %s and user_id in (select id from users where username ~ '^u' order by id limit 50 offset %s)"
    assert psql.act_as("rick").run(ask, room, 0) == 50
    with refused("participants_changes_are_rate_limited"):
        psql.run(ask, room, 50)
    later(psql, "1 minute")
    assert psql.act_as("rick").run(ask, room, 50) == 50


def test_rooms_change_slowly_but_not_for_the_operator(psql: Psql, room: int) -> None:
    rename: LiteralString = "update rooms set name = %s where id = %s"
    for number in range(100):
        psql.run(rename, f"Tea {number}", room)
    psql.act_as("rick")
    with refused("rooms_changes_are_rate_limited"):
        for number in range(300):
            psql.run(rename, f"Coffee {number}", room)
    later(psql, "1 minute")
    psql.act_as("rick").run(rename, "Coffee", room)
