"""From how many listeners on edges serve them: all or none, by what is measured. The operator's own number is restored at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from ...postgres.edge_after import SET_EDGE_AFTER
from ...tools.workbench import Psql

NONE: Final = 1_000_000  # listeners, before an edge serves one


async def set_edge_after(psql: Psql, listeners: int) -> None:
    """The node of the stage serves so many listeners, and edges the others."""
    await psql.execute(SET_EDGE_AFTER, (listeners,))


@asynccontextmanager
async def edge_sizes(psql: Psql) -> AsyncIterator[None]:
    """`set_edge_after` may be called until the block ends."""
    found = await (await psql.execute("select edge_after from topology_sizes")).fetchone()
    await set_edge_after(psql, NONE)
    try:
        yield
    finally:
        if found is None:
            await psql.execute("delete from topology_sizes where only_row")
        else:
            await set_edge_after(psql, found[0])
