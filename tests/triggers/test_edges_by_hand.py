"""Whatever the operator writes by hand about edges, a moment later each listener has an edge of their room, or the stage, and the counters are right."""

from __future__ import annotations

from typing import LiteralString

import pytest

from ..people import Psql
from .edges import edge_of, node, serving, sizes, stage

ALL_BUT_ONE = ["l1", "l2", "l3"]  # the first one is served by the stage

CHANGES: list[LiteralString] = [
    "delete from assignments where serves = 'audience'",
    "delete from participants where kind = 'edge'",
    "update assignments set node_id = 'e2' where node_id = 'e1'",
    "update assignments set peer_id = gen_random_uuid() where serves = 'audience'",
    "update assignments set listeners = 1000000 where serves = 'audience'",
    "update assignments set listeners = -7 where serves = 'audience'",
    "update participants set edge = gen_random_uuid() where role = 'AUDIENCE'",
    "update participants set edge = null",
    "update participants set edge = (select peer_id from assignments where serves = 'stage') where role = 'AUDIENCE'",
    "update participants set edge = (select peer_id from assignments where serves = 'audience') where kind = 'person'",
]


@pytest.mark.parametrize("change", CHANGES)
def test_what_the_operator_writes_by_hand_is_put_right(psql: Psql, change: LiteralString) -> None:
    sizes(psql, 1)
    node(psql, "e1", "edge", 10)
    room = stage(psql)
    for name in ("l0", *ALL_BUT_ONE):
        psql.seat(room, name, "AUDIENCE")
    node(psql, "e2", "edge", 10)
    assert serving(psql, room) == {"stage": 1, "e1": 3}
    psql.run(change)
    for each in ("e1", "e2"):
        psql.beat(each)
    assert edge_of(psql, room, "host") is None
    assert edge_of(psql, room, "l0") in (None, "e1", "e2")
    assert all(edge_of(psql, room, each) in ("e1", "e2") for each in ALL_BUT_ONE)
    psql.seat(room, "later", "AUDIENCE")
    psql.run("delete from participants where user_id = %s", psql.person_id("l3"))
    served = serving(psql, room)
    assert served.pop("stage", 0) <= 1
    assert set(served) <= {"e1", "e2"}
    assert psql.all("select rooms_with_misplaced_listeners()") == []
