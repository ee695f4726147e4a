"""What an edge does with the log of a room whose listeners it serves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from roomtone.formats.media_addresses import Reach
from roomtone.media.node.audience_room import AudienceRoom
from roomtone.media.node.node_seat import NodeSeat
from roomtone.media.signaling.events import Snapshot
from roomtone.types import PeerId, RoomId

from ..seats import seat_of


@pytest.mark.parametrize("recording", [None, {"id": 1}])
async def test_players_go_when_the_edge_learns_by_a_snapshot_of_a_recording(
    recording: dict[str, Any] | None,
) -> None:
    """It was announced while the edge had no connection with the log."""
    nobody: Any = None  # is asked for anything here
    edge, player = PeerId("edge"), PeerId("player")
    room = AudienceRoom(NodeSeat(nobody, RoomId(1), edge), nobody, Reach(), nobody)
    seat = replace(seat_of(1, "AUDIENCE", peer="player"), record={"edge": "edge", "offers": True})
    known = Snapshot(RoomId(1), edge, 1, {}, (seat,), ())
    room._apply(known)
    served = room.listeners[player]
    served._changed("connected")
    assert served.connected
    room._apply(replace(known, recording=recording))
    assert served.connected == (recording is None)
    await room._tasks.close()
