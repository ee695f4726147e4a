"""The hallway as a pure reducer: the newer cursor wins, ended rooms vanish, cards do not jump."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

REDUCE = """async ([frames, following]) => {
    const { EMPTY_HALLWAY, reduceHallway, openRooms } = await import('/client/room/hallway.js')
    const hallway = frames.reduce(reduceHallway, EMPTY_HALLWAY)
    return openRooms(hallway, new Set(following)).map(({ id, here, followed }) => [id, here, followed])
}"""


def row(room: int, here: int, cursor: str, **fields: Any) -> dict[str, Any]:
    return {"id": room, "here": here, "cursor": cursor, "club_id": None, "ended_at": None} | fields


def snapshot(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"type": "snapshot", "cursor": None, "data": {"hallway": list(rows)}}


def changed(changed_row: dict[str, Any]) -> dict[str, Any]:
    return {"type": "hallway", "cursor": None, "data": changed_row}


def rooms(page: Page, *frames: dict[str, Any], following: tuple[int, ...] = ()) -> Any:
    return page.evaluate(REDUCE, [list(frames), list(following)])


def test_the_newer_cursor_wins_whatever_comes_last(quiet_page: Page) -> None:
    frames = [snapshot(row(1, 1, "1-4")), changed(row(1, 3, "1-11")), changed(row(1, 2, "1-9"))]
    assert rooms(quiet_page, *frames) == [[1, 3, False]]


def test_a_lost_log_starts_over(quiet_page: Page) -> None:
    frames = [snapshot(row(1, 9, "1-40")), changed(row(1, 1, "2-1"))]
    assert rooms(quiet_page, *frames) == [[1, 1, False]]


def test_an_ended_room_vanishes_and_a_late_row_does_not_bring_it_back(quiet_page: Page) -> None:
    end = {"id": 1, "cursor": "1-9", "ended_at": "2030-01-01T00:00:00Z"}
    frames = [snapshot(row(1, 1, "1-4"), row(2, 1, "1-1")), changed(end)]
    assert rooms(quiet_page, *frames) == [[2, 1, False]]
    assert rooms(quiet_page, *frames, changed(row(1, 5, "1-8"))) == [[2, 1, False]]


def test_a_snapshot_drops_rooms_it_does_not_name(quiet_page: Page) -> None:
    frames = [snapshot(row(1, 1, "1-4"), row(2, 1, "1-1")), snapshot(row(2, 2, "1-2"))]
    assert rooms(quiet_page, *frames) == [[2, 2, False]]


def test_rooms_of_clubs_i_follow_come_first_and_nothing_else_reorders(quiet_page: Page) -> None:
    start = snapshot(row(3, 0, "1-1"), row(1, 0, "1-1"), row(2, 0, "1-1", club_id=7))
    busy = changed(row(3, 50, "1-9"))
    assert rooms(quiet_page, start, busy, following=(7,)) == [
        [2, 0, True],
        [1, 0, False],
        [3, 50, False],
    ]
