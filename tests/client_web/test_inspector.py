"""Inspector: bounded, and honest about two clocks."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page


@pytest.mark.parametrize(
    ("compared", "skew"),
    [
        ([], 0),
        ([(100, 99, 101)], 0),  # the clocks agree as far as anybody can tell
        ([(5100, 99, 101)], 5000),
        ([(5100, 50, 200), (5100, 99, 101)], 5000),
        ([(5100, 99, 101), (100, 99, 101)], 0),  # one of the clocks was set
    ],
)
def test_the_difference_of_two_clocks_is_learnt_from_answers(
    quiet_page: Page, compared: list[tuple[int, int, int]], skew: float
) -> None:
    learnt = quiet_page.evaluate(
        """async (compared) => {
            const { createClock } = await import('/client/room/clock.js')
            const clock = createClock()
            for (const each of compared) clock.compare(...each)
            return clock.skew
        }""",
        compared,
    )
    assert learnt == skew


def test_microseconds_are_kept(quiet_page: Page) -> None:
    fraction = quiet_page.evaluate(
        """async () => {
            const { instant } = await import('/client/room/clock.js')
            return instant('2030-01-01T00:00:00.123456+00:00') - Date.parse('2030-01-01T00:00:00Z')
        }"""
    )
    assert fraction == pytest.approx(123.456, abs=0.001)


def test_it_keeps_the_newest_two_hundred_entries_and_forgets_no_answer(quiet_page: Page) -> None:
    seen = quiet_page.evaluate(
        """async () => {
            const { createInspector } = await import('/client/room/inspector.js')
            const wall = createInspector({ onChange: () => {} })
            for (let number = 0; number < 250; number += 1) wall.note(`note ${number}`)
            const watched = wall.watch({ method: 'UPDATE', table: 'participants', rows: [{ muted: true }] })
            const before = wall.entries.at(-1)
            watched.answered(204, null)
            wall.recognise('participants', { muted: true, user_id: 1 }, before.at + 9)
            const { status, ms, seen_ms } = wall.entries.at(-1)
            return { length: wall.entries.length, first: wall.entries[0].text, before: before.status, status, ms: ms >= 0, seen_ms: Math.round(seen_ms) }
        }"""
    )
    assert seen == {
        "length": 200,
        "first": "note 51",
        "before": None,
        "status": 204,
        "ms": True,
        "seen_ms": 9,
    }


def test_a_trace_measures_offer_answer_connected_once(quiet_page: Page) -> None:
    trace = quiet_page.evaluate(
        """async () => {
            const { createInspector } = await import('/client/room/inspector.js')
            const wall = createInspector({ onChange: () => {} })
            const seat = { user_id: 2, username: 'beth', peer_id: 'p2' }
            wall.sent(seat, 'offer', {})
            wall.sent(seat, 'candidate', [{}, {}])
            wall.received(seat, 'answer', {})
            wall.received(seat, 'candidate', {})
            wall.connection(seat, { state: 'connected' })
            const first = wall.traces[0]
            wall.sent(seat, 'offer', {})
            wall.connection(seat, { restarts: 1, path: { local: 'host', remote: 'relay' } })
            const last = wall.traces[0]
            return { ...last, kept: ['offered_at', 'answered_at', 'connected_at', 'total_ms'].every((name) => first[name] === last[name]) }
        }"""
    )
    assert trace["mine"]
    assert trace["kept"]
    assert (trace["candidates_sent"], trace["candidates_received"], trace["restarts"]) == (2, 1, 1)
    assert trace["total_ms"] == pytest.approx(trace["answer_ms"] + trace["connect_ms"])
