"""Faults of a client: the laptop sleeps, or the tab is hidden."""

from __future__ import annotations

import time
from typing import Final

from ..tools.http import ask
from ..tools.waiting import SELDOM, until
from .browser_faults import freeze_a_tab, missing
from .drill import Drill
from .environment import DrillEnvironment
from .follower import Follower

SLEEPERS: Final = 4
HIDDEN: Final = 12
TICK: Final = 1.0  # seconds; how often browsers let the timers of a hidden tab fire
LINES_LOST: Final = 2
SEAT_IS_GONE: Final = ("participants_only_for_participants", "participants_peer_id_is_current")


async def sleep_past_the_grace_period(environment: DrillEnvironment) -> None:
    sleepers = await environment.add_followers(SLEEPERS, small=True)
    await environment.disconnect_some()
    for follower in sleepers:
        follower.stop_reading()
    asleep = time.monotonic()
    with environment.writers.seldom():
        noticed = await until(lambda: environment.seats_are_gone(sleepers), every=SELDOM)
    environment.expect(noticed, "sleepers kept their seats")
    environment.figures["seats given up after, s"] = round(time.monotonic() - asleep, 1)
    environment.note_departure()
    for follower in sleepers:
        follower.resume_reading()
    await until(lambda: all(follower.state == "unseated" for follower in sleepers))
    refused = [
        follower
        for follower in sleepers
        if follower.refusal and follower.refusal.rule in SEAT_IS_GONE
    ]
    environment.figures["refused on waking"] = len(refused)
    environment.expect(
        len(refused) == len(sleepers),
        f"{len(sleepers) - len(refused)} sleepers did not learn that their seat is gone",
    )
    for follower in sleepers:
        await _signal_in_vain(environment, follower)
        await follower.rejoin()
    await environment.until_all_follow()


async def _signal_in_vain(environment: DrillEnvironment, follower: Follower) -> None:
    """A signal from the old `peer_id` is refused as well."""
    other = next(
        each
        for each in environment.active_followers()
        if each.room == follower.room and each is not follower
    )
    value = {
        "room_id": follower.room,
        "from_peer": follower.peer,
        "to_peer": other.peer,
        "kind": "candidate",
        "body": {"candidate": ""},
    }
    answer = await ask(follower.place, "POST", "/rows/signals", value, token=follower.token)
    environment.expect(
        answer.rule == "signals_sender_is_seated",
        f"a session that has ended could signal: {answer}",
    )


async def hide(environment: DrillEnvironment) -> None:
    """Their timers fire on whole seconds only, and their connections break, so they reconnect late."""
    await environment.disconnect_some()
    hidden = environment.active_followers()[:HIDDEN]
    for follower in hidden:
        follower.tick = TICK
    for _ in range(LINES_LOST):
        for follower in hidden:
            follower.reconnect_to(follower.place)
        await environment.traffic(0.3)
        took = await environment.until_all_follow()
        environment.figures["longest away, s"] = round(
            max(took + 0.3, environment.figures.get("longest away, s", 0.0)), 1
        )
        await environment.traffic(0.5)
    for follower in hidden:
        follower.tick = 0.0
    await freeze_a_tab(environment)


SLEEPING_LAPTOP = Drill(
    "sleeping-laptop",
    "Laptops sleep without closing their connections, for longer than the grace period, and wake. "
    "Their seats are gone by then, every request of their old sessions is refused, and they have to join again.",
    sleep_past_the_grace_period,
)
HIDDEN_TAB = Drill(
    "hidden-tab",
    "Followers' timers fire once a second only, as in a hidden tab, and their connections break; a tab of a real Chromium is frozen and thawed. "
    "They reconnect late but within the grace period, so they keep their seats and miss nothing.",
    hide,
    needs=missing,
)
