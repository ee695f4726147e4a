"""When the connections a room used before are closed, after its topology or its node changed. Pure.

A room changes its route while people talk. The new connections are made first, and the old ones stay until the new ones are
heard, and for a moment beside them: others may need longer than we do. An edge only sends to us, so it stays only until we
certainly hear the stage; and not at all when we speak, because our own voice is in its mix. client_web/media/route_changes.js decides the same, by the cases in
tests/conformance/route_changes.json.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

KEEP_OLD = timedelta(seconds=2)  # a node keeps a room that left it for as long
KEEP_EDGE = timedelta(milliseconds=500)
KEEP_OLD_AT_MOST = timedelta(seconds=5)
"""How long an old node is kept while a participant cannot be reached without it."""

KEEP_UNHEARD = timedelta(seconds=15)
"""How long old connections are kept while a participant is not heard from the new node: it may be busy, or their connection with it may be broken."""

Old = Literal["none", "mesh", "node", "edge"]
Reached = Literal["none", "connected", "heard"]


def closes_old_after(
    *,
    topology: str,
    node: Reached,
    mesh_complete: bool,
    old: Old,
    audible: bool = False,
) -> timedelta | None:
    """How long from now the old connections stay; None: for the time being.

    `node`: whether we are connected with the node that the room has now; and a packet of everybody who is to be heard now
    has come from it. `mesh_complete`: we are connected with everybody
    with whom a mesh would connect us. `old`: which connections there still are that this topology and this node do not need.
    `audible`: the others hear us.
    """
    if old == "none":
        return None
    if topology == "mesh":
        return KEEP_OLD if mesh_complete else KEEP_OLD_AT_MOST
    if node == "none":
        return None
    if old == "edge" and audible:
        return timedelta(0)
    if node == "connected":
        return KEEP_UNHEARD
    return KEEP_EDGE if old == "edge" else KEEP_OLD
