"""That listeners are elsewhere five seconds after their edge or its Janus is lost follows from the limits on the way."""

from __future__ import annotations

import pytest
from roomtone.media import route_changes
from roomtone.media.edge import edge, janus, lease
from roomtone.media.node import audience_room
from roomtone.media.node_connection import ANSWERED_WITHIN
from roomtone.postgres.lease import HEARTBEAT_EVERY

from ....people import Psql

PROMISED = 5.0  # seconds
NODE_DEAD_AFTER = 3.0  # seconds without a heartbeat: the limit of living_nodes() for all but edges
CONNECTS_WITHIN = 0.8  # seconds for a row, an offer, an answer and a handshake: 0.2 to 0.5 where the machine is not busy


def test_a_lost_edge_is_noticed_and_its_listeners_connect_elsewhere_in_time() -> None:
    # A heartbeat of one of the nodes, about once a second, places the listeners; if a row is locked just then, the one after it.
    noticed = lease.DEAD_AFTER + 2 * HEARTBEAT_EVERY
    assert noticed + CONNECTS_WITHIN < PROMISED


def test_a_frozen_janus_is_noticed_and_its_listeners_connect_elsewhere_in_time() -> None:
    noticed = janus.KEEPS_ALIVE_EVERY + janus.MISSED * janus.KEPT_ALIVE_WITHIN
    assert noticed + edge.ENDS_WITHIN + HEARTBEAT_EVERY + CONNECTS_WITHIN < PROMISED


def test_a_lost_node_that_serves_listeners_as_an_edge_is_noticed_in_time() -> None:
    # If no row is locked just then: otherwise a heartbeat later.
    assert NODE_DEAD_AFTER + HEARTBEAT_EVERY + CONNECTS_WITHIN < PROMISED


def test_a_listener_hears_the_edge_while_the_stage_is_tried_a_second_time() -> None:
    unheard = route_changes.KEEP_UNHEARD.total_seconds()
    assert ANSWERED_WITHIN + CONNECTS_WITHIN + unheard < audience_room.LINGER


@pytest.mark.parametrize(
    ("kind", "dead_after"), [("edge", lease.DEAD_AFTER), ("mcu", NODE_DEAD_AFTER)]
)
def test_a_node_is_dead_after_that_time(psql: Psql, kind: str, dead_after: float) -> None:
    silent = "update nodes set heartbeat_at = clock_timestamp() - make_interval(secs => %s)"
    psql.node("a node", kind, 1)
    psql.run(silent, dead_after)
    assert psql.one("select count(*) from living_nodes()") == 0
    # A minute in the future, so that this machine may stand still meanwhile.
    psql.run(silent, dead_after - 60)
    assert psql.one("select count(*) from living_nodes()") == 1


def test_a_single_late_heartbeat_is_no_death() -> None:
    assert lease.DEAD_AFTER >= 3 * lease.HEARTBEAT_EVERY
    assert NODE_DEAD_AFTER >= 3 * HEARTBEAT_EVERY
