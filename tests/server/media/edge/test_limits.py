"""That listeners are elsewhere five seconds after their edge or its Janus is lost follows from the limits on the way."""

from __future__ import annotations

from roomtone.media.edge import edge, janus, lease
from roomtone.postgres.lease import HEARTBEAT_EVERY

from ....people import Psql

PROMISED = 5.0  # seconds
CONNECTS_WITHIN = 0.8  # seconds for a row, an offer, an answer and a handshake: 0.2 to 0.5 where the machine is not busy


def test_a_lost_edge_is_noticed_and_its_listeners_connect_elsewhere_in_time() -> None:
    # The next heartbeat of any node places the listeners; if a row is locked just then, the one after it.
    noticed = lease.DEAD_AFTER + 2 * HEARTBEAT_EVERY
    assert noticed + CONNECTS_WITHIN < PROMISED


def test_a_frozen_janus_is_noticed_and_its_listeners_connect_elsewhere_in_time() -> None:
    noticed = janus.KEEPS_ALIVE_EVERY + janus.MISSED * janus.KEPT_ALIVE_WITHIN
    assert noticed + edge.ENDS_WITHIN + HEARTBEAT_EVERY + CONNECTS_WITHIN < PROMISED


def test_an_edge_is_dead_after_that_time(psql: Psql) -> None:
    assert lease.DEAD_AFTER >= 3 * lease.HEARTBEAT_EVERY
    silent = "update nodes set heartbeat_at = clock_timestamp() - make_interval(secs => %s)"
    psql.node("an edge", "edge", 1)
    psql.run(silent, lease.DEAD_AFTER)
    assert psql.one("select count(*) from living_nodes()") == 0
    # A minute in the future, so that this machine may stand still meanwhile.
    psql.run(silent, lease.DEAD_AFTER - 60)
    assert psql.one("select count(*) from living_nodes()") == 1
