"""What can befall a relay."""

from __future__ import annotations

import time

from .drill import Drill
from .environment import Scene


async def kill_and_restart(scene: Scene) -> None:
    await scene.ghosts()
    (relay,) = scene.relays
    killed = time.monotonic()
    await relay.kill()
    await scene.traffic(0.3)
    await relay.start()
    scene.figures["relay away, s"] = round(time.monotonic() - killed, 1)
    scene.figures["all followed again, s"] = round(await scene.until_all_follow(), 1)


async def kill_one_of_two(scene: Scene) -> None:
    first, _ = scene.relays
    on_first = [one for one in scene.living() if one.place == first.place]
    # Some die with the relay: nobody is left who knows of them, except the database.
    await scene.ghosts(on_first[:3])
    await first.kill()
    scene.relays.remove(first)
    scene.figures["moved to the other"] = len(on_first) - 3
    scene.figures["all followed again, s"] = round(await scene.until_all_follow(), 1)


RELAY_KILLED = Drill(
    "relay-killed",
    "The only relay is killed with SIGKILL under load and started again on the same port. "
    "Everybody resumes by Last-Event-ID and keeps the seat, and who died meanwhile is gone.",
    kill_and_restart,
    settings={"grace": 10.0},
)
RELAY_TAKEOVER = Drill(
    "relay-takeover",
    "Of two relays one is killed, and its clients resume on the other with the cursor the first one gave them. "
    "Nothing is missed or repeated, and the seats of the dead relay's dead clients are given up by the living relay.",
    kill_one_of_two,
    relays=2,
    settings={"grace": 6.0},
)
