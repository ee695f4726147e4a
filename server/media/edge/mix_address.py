"""Where an edge receives the mixes of its rooms, if the operator says nothing."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Final

from psycopg.conninfo import conninfo_to_dict

LOOPBACK: Final = "127.0.0.1"


async def mix_address(database_url: str) -> str:
    """This machine's address towards its database, from where the nodes of rooms can reach it as well; loopback if the database is here."""
    found = conninfo_to_dict(database_url)
    host = str(found.get("hostaddr") or found.get("host") or "").split(",")[0]
    if not host or host.startswith(("/", "@")):
        return LOOPBACK
    port = str(found.get("port") or "5432").split(",")[0]
    with suppress(OSError):
        family, kind, _, _, where = (
            await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_DGRAM)
        )[0]
        with socket.socket(family, kind) as towards:
            towards.connect(where)  # sends nothing
            return str(towards.getsockname()[0])
    return LOOPBACK


async def address_of(host: str) -> str:
    """The IP address of this host. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    return str(found[0][4][0])
