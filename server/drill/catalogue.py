"""All drills by name, in the order in which they are performed."""

from __future__ import annotations

from . import (
    browser_faults,
    bus_faults,
    client_faults,
    database_faults,
    edge_faults,
    full_disk,
    hostile_notifications,
    network_faults,
    payloads,
    pooler,
    promotion,
    read_only,
    relay_faults,
    restoration,
    upgrades,
)
from .drill import Drill

DRILLS: dict[str, Drill] = {
    drill.name: drill
    for drill in (
        database_faults.LISTENER_TERMINATED,
        relay_faults.RELAY_KILLED,
        relay_faults.RELAY_TAKEOVER,
        upgrades.ROLLING_UPGRADE,
        bus_faults.BUS_KILLED,
        bus_faults.BUS_FROZEN,
        bus_faults.PUMP_KILLED,
        bus_faults.TWO_PUMPS,
        promotion.PRIMARY_PROMOTED,
        edge_faults.EDGE_KILLED,
        edge_faults.SECOND_NODE_KILLED,
        database_faults.POSTGRES_CRASH,
        restoration.RESTORED,
        read_only.READ_ONLY_MINUTE,
        full_disk.DISK_FULL,
        database_faults.POOL_EXHAUSTED,
        pooler.POOLER,
        network_faults.FROZEN_NETWORK,
        network_faults.SLOW_READER,
        database_faults.OUT_OF_ORDER_COMMITS,
        hostile_notifications.HOSTILE_NOTIFY,
        payloads.LARGE_SDP,
        network_faults.BUFFERING_PROXY,
        browser_faults.SEVEN_TABS,
        client_faults.HIDDEN_TAB,
        client_faults.SLEEPING_LAPTOP,
    )
}
