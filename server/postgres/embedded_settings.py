"""The settings of the embedded PostgreSQL (PostgreSQL manual, chapter 19)."""

from __future__ import annotations

from typing import Final

from . import embedded_log
from .programs import PORT

SETTINGS: Final = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "random_page_cost": "1.1",
    "jit": "off",  # all statements are short
    "autovacuum_naptime": "10s",  # seats and signals are small tables that change all the time
    "autovacuum_vacuum_cost_delay": "0",
    **embedded_log.SETTINGS,
    "timezone": "UTC",
    "log_timezone": "UTC",
}

NOT_DURABLE: Final = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum_naptime": "1min",  # tests have many databases, and it looks into each
}
"""Of a server whose data nobody needs after a crash."""
