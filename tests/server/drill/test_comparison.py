"""The judge: what was not seen, seen twice or seen in the wrong order is found, and nothing else is."""

from __future__ import annotations

from roomtone.drill.comparison import Truth, reckon
from roomtone.drill.follower import Follower
from roomtone.drill.http_connection import Place
from roomtone.drill.observed_events import Journal, Seen
from roomtone.types import Cursor

ROOM, ME, OTHER, EPOCH = 1, 7, 8, 1000


def seen(seq: int, epoch: int = EPOCH, *, directed: bool = False) -> Seen:
    return Seen(Cursor(epoch, seq), directed, 0.01)


def follower(*lines: Cursor | Seen) -> Follower:
    """Somebody to whom these came: a cursor is that of a snapshot."""
    one = Follower([Place(0)], ROOM, "anna")
    one.user = ME
    one.state = "away"
    for line in lines:
        if isinstance(line, Cursor):
            one.journal.snapshot(line)
        else:
            one.journal.event(line)
    return one


def truth(events: dict[int, int | None], epoch: int = EPOCH) -> Truth:
    return Truth(
        {ROOM: epoch}, {ROOM: max(events)}, {ROOM: min(events) - 1}, {ROOM: events}, {}, {}
    )


def all_of(first: int, last: int) -> dict[int, int | None]:
    return dict.fromkeys(range(first, last + 1))


def test_everything_in_order_is_nothing_to_complain_about() -> None:
    count = reckon([follower(Cursor(EPOCH, 2), seen(3), seen(4))], truth(all_of(1, 4)))
    assert (count.missed, count.duplicated, count.misordered, count.gaps) == (0, 0, 0, 0)
    assert count.events == 2


def test_an_event_that_never_came_was_missed() -> None:
    count = reckon([follower(Cursor(EPOCH, 2), seen(3), seen(5))], truth(all_of(1, 5)))
    assert count.missed == 1


def test_the_last_event_counts_like_any_other() -> None:
    count = reckon([follower(Cursor(EPOCH, 2), seen(3))], truth(all_of(1, 4)))
    assert count.missed == 1


def test_an_event_that_came_again_was_duplicated() -> None:
    count = reckon([follower(Cursor(EPOCH, 2), seen(3), seen(3))], truth(all_of(1, 3)))
    assert (count.missed, count.duplicated) == (0, 1)


def test_an_event_that_was_in_the_snapshot_already_was_duplicated() -> None:
    count = reckon([follower(Cursor(EPOCH, 2), seen(2), seen(3))], truth(all_of(1, 3)))
    assert (count.missed, count.duplicated) == (0, 1)


def test_an_event_that_came_late_was_out_of_order() -> None:
    count = reckon([follower(Cursor(EPOCH, 2), seen(4), seen(3))], truth(all_of(1, 4)))
    assert (count.missed, count.misordered) == (0, 1)


def test_what_was_for_others_is_not_owed_and_what_was_for_me_is() -> None:
    log = all_of(1, 4) | {3: OTHER, 4: ME}
    assert reckon([follower(Cursor(EPOCH, 2))], truth(log)).missed == 1
    assert reckon([follower(Cursor(EPOCH, 2), seen(4, directed=True))], truth(log)).missed == 0


def test_what_a_second_snapshot_leapt_over_was_in_it() -> None:
    one = follower(Cursor(EPOCH, 2), seen(3), Cursor(EPOCH, 6), seen(7))
    count = reckon([one], truth(all_of(1, 7)))
    assert (count.missed, count.snapshots) == (0, 1)


def test_a_second_snapshot_is_no_excuse_for_what_was_missed_before() -> None:
    one = follower(Cursor(EPOCH, 2), seen(4), Cursor(EPOCH, 6), seen(7))
    assert reckon([one], truth(all_of(1, 7))).missed == 1


def test_of_a_lost_log_the_readers_together_are_the_truth() -> None:
    one = follower(Cursor(EPOCH, 1), seen(2), seen(3), Cursor(2000, 3), seen(4, 2000))
    two = follower(Cursor(EPOCH, 1), seen(3), Cursor(2000, 3), seen(4, 2000))
    count = reckon([one, two], truth(all_of(4, 4), epoch=2000))
    assert count.missed == 1


def test_a_hole_in_the_log_itself_is_found() -> None:
    events: dict[int, int | None] = {1: None, 3: None}
    assert reckon([], truth(events)).gaps == 1


def test_an_event_of_a_log_nobody_began_is_out_of_order() -> None:
    journal = Journal()
    journal.snapshot(Cursor(EPOCH, 1))
    assert not journal.event(seen(2, epoch=2000))
    assert journal.misordered == 1
