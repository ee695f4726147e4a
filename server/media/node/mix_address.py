"""Where a process receives the mixes of the rooms whose listeners it serves, if the operator says nothing."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress

from psycopg.conninfo import conninfo_to_dict

from ...local_address import LOOPBACK, address_towards


async def mix_address(database_url: str) -> str:
    """This machine's address towards its database, from where the nodes of rooms can reach it as well; loopback if the database is here."""
    found = conninfo_to_dict(database_url)
    host = str(found.get("hostaddr") or found.get("host") or "").split(",")[0]
    if not host or host.startswith(("/", "@")):
        return LOOPBACK
    with suppress(OSError):
        return address_towards(await address_of(host))
    return LOOPBACK


async def address_of(host: str) -> str:
    """The IP address of this host. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    return str(found[0][4][0])
