"""The comparison finds events that are missed, duplicated or out of order, and nothing else."""

from __future__ import annotations

from dataclasses import replace

from roomtone.drill.comparison import TableState, compare
from roomtone.drill.follower import Follower
from roomtone.media.signaling.events import Audience, Seat, seat_of
from roomtone.tools.network import Place
from roomtone.tools.observed_events import EventReceived, ObservedEvents
from roomtone.types import Cursor

ROOM, ME, OTHER, EPOCH = 1, 7, 8, 1000


def received(seq: int, epoch: int = EPOCH, *, directed: bool = False) -> EventReceived:
    return EventReceived(Cursor(epoch, seq), directed, 0.01)


def follower_with(*arrivals: Cursor | EventReceived) -> Follower:
    """A follower that received these: a cursor is that of a snapshot."""
    follower = Follower([Place(0)], ROOM, "anna")
    follower.user = ME
    follower.state = "away"
    for arrival in arrivals:
        if isinstance(arrival, Cursor):
            follower.observed.snapshot(arrival)
        else:
            follower.observed.event(arrival)
    return follower


def tables(events: dict[int, int | None], epoch: int = EPOCH) -> TableState:
    return TableState(
        {ROOM: epoch}, {ROOM: max(events)}, {ROOM: min(events) - 1}, {ROOM: events}, {}, {}
    )


def all_of(first: int, last: int) -> dict[int, int | None]:
    return dict.fromkeys(range(first, last + 1))


def test_events_in_order_are_no_fault() -> None:
    count = compare(
        [follower_with(Cursor(EPOCH, 2), received(3), received(4))], tables(all_of(1, 4))
    )
    assert (count.missed, count.duplicated, count.misordered, count.gaps) == (0, 0, 0, 0)
    assert count.events == 2


def test_an_event_that_never_came_was_missed() -> None:
    count = compare(
        [follower_with(Cursor(EPOCH, 2), received(3), received(5))], tables(all_of(1, 5))
    )
    assert count.missed == 1


def test_the_last_event_counts_like_any_other() -> None:
    count = compare([follower_with(Cursor(EPOCH, 2), received(3))], tables(all_of(1, 4)))
    assert count.missed == 1


def test_an_event_that_came_again_was_duplicated() -> None:
    count = compare(
        [follower_with(Cursor(EPOCH, 2), received(3), received(3))], tables(all_of(1, 3))
    )
    assert (count.missed, count.duplicated) == (0, 1)


def test_an_event_that_was_in_the_snapshot_already_was_duplicated() -> None:
    count = compare(
        [follower_with(Cursor(EPOCH, 2), received(2), received(3))], tables(all_of(1, 3))
    )
    assert (count.missed, count.duplicated) == (0, 1)


def test_an_event_that_came_late_was_out_of_order() -> None:
    count = compare(
        [follower_with(Cursor(EPOCH, 2), received(4), received(3))], tables(all_of(1, 4))
    )
    assert (count.missed, count.misordered) == (0, 1)


def test_only_events_for_others_may_be_absent() -> None:
    log = all_of(1, 4) | {3: OTHER, 4: ME}
    assert compare([follower_with(Cursor(EPOCH, 2))], tables(log)).missed == 1
    assert (
        compare([follower_with(Cursor(EPOCH, 2), received(4, directed=True))], tables(log)).missed
        == 0
    )


def test_events_skipped_by_a_second_snapshot_are_not_missed() -> None:
    follower = follower_with(Cursor(EPOCH, 2), received(3), Cursor(EPOCH, 6), received(7))
    count = compare([follower], tables(all_of(1, 7)))
    assert (count.missed, count.snapshots) == (0, 1)


def test_events_missed_before_a_second_snapshot_are_missed() -> None:
    follower = follower_with(Cursor(EPOCH, 2), received(4), Cursor(EPOCH, 6), received(7))
    assert compare([follower], tables(all_of(1, 7))).missed == 1


def test_all_readers_together_stand_for_a_lost_log() -> None:
    follower = follower_with(
        Cursor(EPOCH, 1), received(2), received(3), Cursor(2000, 3), received(4, 2000)
    )
    other = follower_with(Cursor(EPOCH, 1), received(3), Cursor(2000, 3), received(4, 2000))
    count = compare([follower, other], tables(all_of(4, 4), epoch=2000))
    assert count.missed == 1


def test_a_hole_in_the_log_itself_is_found() -> None:
    events: dict[int, int | None] = {1: None, 3: None}
    assert compare([], tables(events)).gaps == 1


def test_an_event_of_a_log_without_a_snapshot_is_out_of_order() -> None:
    observed = ObservedEvents()
    observed.snapshot(Cursor(EPOCH, 1))
    assert not observed.event(received(2, epoch=2000))
    assert observed.misordered == 1


def seat(user: int, role: str, *, hand: str | None = None) -> Seat:
    record = {
        "user_id": user,
        "username": f"user {user}",
        "peer_id": f"peer {user}",
        "kind": "person",
        "role": role,
        "muted": True,
        "seq": user,
        "hand_raised_at": hand,
    }
    return seat_of(record)


def wrong_views(known: list[Seat], numbers: tuple[int, int] | None) -> list[str]:
    """Who has a wrong view of a counted room: on stage 1, in the audience I with a hand, and 8 and 9."""
    hand = "2026-11-23T10:00:00+00:00"
    there = [seat(1, "SPEAKER"), seat(ME, "AUDIENCE", hand=hand), seat(8, "AUDIENCE"), seat(9, "AUDIENCE")]  # fmt: skip
    follower = follower_with(Cursor(EPOCH, 1), received(2))
    follower.state = "following"
    follower.view = replace(
        follower.view,
        seats={each.user: each for each in known},
        audience=numbers and Audience(numbers[0], numbers[1], numbers[0] - numbers[1]),
    )
    seats: dict[int, Seat] = {each.user: each for each in there}
    counted = replace(tables(all_of(1, 2)), seats={ROOM: seats}, counted=frozenset({ROOM}))
    return compare([follower], counted).wrong_rosters


def test_a_counted_audience_is_its_numbers_and_the_seats_that_everybody_knows() -> None:
    hand = "2026-11-23T10:00:00+00:00"
    stage, own, quiet = seat(1, "SPEAKER"), seat(ME, "AUDIENCE", hand=hand), seat(8, "AUDIENCE")
    assert wrong_views([stage, own], (4, 1)) == []
    assert wrong_views([stage, own, quiet], (4, 1)) == []  # with which signals were exchanged
    assert wrong_views([stage, own], (5, 1)) == ["anna"]
    assert wrong_views([stage, own], None) == ["anna"]
    assert wrong_views([own], (4, 1)) == ["anna"]
    assert wrong_views([stage, seat(ME, "AUDIENCE")], (4, 1)) == ["anna"]
    gone = seat(10, "AUDIENCE")
    assert wrong_views([stage, own, gone], (4, 1)) == ["anna"]
