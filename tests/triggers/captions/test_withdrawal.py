"""What a speaker withdrew is not for those who join later."""

from __future__ import annotations

from typing import LiteralString

import pytest

from ...people import Psql
from .written import AGREE, WRITE


@pytest.mark.parametrize(
    "end",
    [
        "update rooms set captions = false where id = %s",
        "update participants set captioned_by = null where room_id = %s",
        "delete from participants where room_id = %s and user_id = (select id from users where username = 'anna')",
    ],
)
def test_what_was_withdrawn_is_only_for_those_who_were_there(
    psql: Psql, room: int, end: LiteralString
) -> None:
    psql.act_as("anna").one(WRITE, room, "my secret")
    psql.act_as(None).run(end, room)
    psql.seat(room, "cleo")
    read = "select text from captions"
    assert psql.act_as("cleo").all(read) == []
    assert psql.act_as("bo").all(read) == psql.act_as("anna").all(read) == [("my secret",)]
    # Agreeing again brings nothing back.
    psql.act_as("rick").run("update rooms set captions = true where id = %s", room)
    psql.act_as("anna").one("select join_room(%s)", room)
    psql.run("update participants set muted = false where user_id = acting_user()")
    psql.run(AGREE, "self", room)
    psql.one(WRITE, room, "hello again")
    shown = psql.act_as("cleo").one("select room_snapshot(%s) -> 'captions'", room)
    assert [one["text"] for one in shown] == ["hello again"]
    assert psql.all(read) == [("hello again",)]


def test_captions_of_other_rooms_cost_a_reader_little(psql: Psql, room: int) -> None:
    """The seats of the reader are found once, not for each caption of each room."""
    psql.act_as("anna").one(WRITE, room, "hello")
    plan = psql.act_as("eve").all("explain (analyze, costs off, timing off) select from captions")
    assert "SubPlan" in str(plan)
    assert [line for (line,) in plan if "loops=" in line and "loops=1)" not in line] == []
