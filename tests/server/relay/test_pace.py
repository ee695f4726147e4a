"""How often numbers of the hallway are sent, and which rooms have a place in everybody's window."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from roomtone.relay.busiest import Busiest
from roomtone.relay.pace import Pace
from roomtone.types import RoomId


def test_a_pace_lets_each_room_wait_for_its_turn() -> None:
    pace, one, two, three = Pace(2), RoomId(1), RoomId(2), RoomId(3)
    for room in (one, two, three):
        pace.add(room)
    assert pace.due(0) == [one, two]
    pace.add(one)
    assert pace.due(0.9) == []
    assert pace.due(1) == [three, one]
    assert not pace
    pace.add(two)
    pace.discard(two)
    assert pace.due(5) == []


Move = Callable[[Busiest], object]


@pytest.mark.parametrize(
    ("moves", "shown"),
    [
        pytest.param([], {1, 2}, id="the first get the free places"),
        pytest.param([lambda b: b.put(RoomId(3), 6)], {1, 2}, id="a little busier is not enough"),
        pytest.param([lambda b: b.put(RoomId(3), 7)], {2, 3}, id="clearly busier gets the place"),
        pytest.param([lambda b: b.discard(RoomId(2))], {1, 3}, id="a free place is given away"),
        pytest.param([lambda b: b.put(RoomId(4), 0, has_place=True)], {1, 2}, id="one too many goes"),
    ],
)  # fmt: skip
def test_the_busiest_rooms_change_places_one_at_a_time(moves: list[Move], shown: set[int]) -> None:
    busiest = Busiest(2, lambda score: 1)
    for room, score in ((1, 5), (2, 9), (3, 1)):
        busiest.put(RoomId(room), score)
    for make in moves:
        make(busiest)
    before = set(busiest.rooms)
    while (moved := busiest.move()) is not None:
        assert before ^ busiest.rooms == {moved}
        before = set(busiest.rooms)
    assert busiest.rooms == shown
