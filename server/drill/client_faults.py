"""What can befall a client that is otherwise well: it sleeps, or nobody looks at it."""

from __future__ import annotations

import time
from typing import Final

from .browser_faults import freeze_a_tab, missing
from .drill import Drill
from .environment import Scene
from .follower import Follower
from .http_connection import ask
from .waiting import until

SLEEPERS: Final = 4
NOTICED_WITHIN: Final = 25.0  # seconds
WAKES_WITHIN: Final = 15.0
HIDDEN: Final = 12
TICK: Final = 1.0  # seconds; how often browsers let the timers of a hidden tab fire
LINES_LOST: Final = 2
SEAT_IS_GONE: Final = ("participants_only_for_those_inside", "participants_peer_is_current")


async def sleep_through(scene: Scene) -> None:
    scene.fresh_starts = True  # whoever joins again begins anew
    sleepers = await scene.admit(SLEEPERS, small=True)
    await scene.ghosts()
    for one in sleepers:
        one.suspend()
    asleep = time.monotonic()
    noticed = await until(lambda: scene.nobody_of(sleepers), NOTICED_WITHIN)
    scene.expect(noticed, f"sleepers kept their seats for {NOTICED_WITHIN:g} s")
    scene.figures["seats given up after, s"] = round(time.monotonic() - asleep, 1)
    scene.departed()
    for one in sleepers:
        one.wake()
    await until(lambda: all(one.state == "unseated" for one in sleepers), WAKES_WITHIN)
    refused = [one for one in sleepers if one.refusal and one.refusal.rule in SEAT_IS_GONE]
    scene.figures["refused on waking"] = len(refused)
    scene.expect(
        len(refused) == len(sleepers),
        f"{len(sleepers) - len(refused)} sleepers were not told that their seat is gone",
    )
    for one in sleepers:
        await _signal_in_vain(scene, one)
        await one.come_again()
    await scene.until_all_follow()


async def _signal_in_vain(scene: Scene, one: Follower) -> None:
    """The old session is over for signals as well."""
    other = next(each for each in scene.living() if each.room == one.room and each is not one)
    value = {
        "room_id": one.room,
        "from_peer": one.peer,
        "to_peer": other.peer,
        "kind": "candidate",
        "body": {"candidate": ""},
    }
    answer = await ask(one.place, "POST", "/rows/signals", value, token=one.token)
    scene.expect(
        answer.rule == "signals_sender_is_seated", f"a session that is over could signal: {answer}"
    )


async def hide(scene: Scene) -> None:
    """Their timers fire on whole seconds only, and their line breaks, so they come back late."""
    await scene.ghosts()
    hidden = scene.living()[:HIDDEN]
    for one in hidden:
        one.tick = TICK
    for _ in range(LINES_LOST):
        for one in hidden:
            one.move_to(one.place)
        await scene.traffic(0.3)
        took = await scene.until_all_follow()
        scene.figures["longest away, s"] = round(
            max(took + 0.3, scene.figures.get("longest away, s", 0.0)), 1
        )
        await scene.traffic(0.5)
    for one in hidden:
        one.tick = 0.0
    await freeze_a_tab(scene)


SLEEPING_LAPTOP = Drill(
    "sleeping-laptop",
    "Laptops sleep without a word for longer than their seats are kept, and wake. "
    "Their seats are gone by then, their old sessions are refused whatever they try, and they have to join again.",
    sleep_through,
)
HIDDEN_TAB = Drill(
    "hidden-tab",
    "Followers' timers fire once a second only, as in a hidden tab, and their connections break; a tab of a real Chromium is frozen and thawed. "
    "They come back late but within the grace, so they keep their seats and miss nothing.",
    hide,
    needs=missing,
    settings={"grace": 4.0},
)
