"""Faults of a relay."""

from __future__ import annotations

import time

from .drill import Drill
from .environment import DrillEnvironment


async def kill_and_restart(environment: DrillEnvironment) -> None:
    await environment.disconnect_some()
    (relay,) = environment.relays
    killed = time.monotonic()
    await relay.kill()
    await environment.traffic(0.3)
    await relay.start()
    environment.figures["relay away, s"] = round(time.monotonic() - killed, 1)
    environment.figures["all followed again, s"] = round(await environment.until_all_follow(), 1)


async def kill_one_of_two(environment: DrillEnvironment) -> None:
    first, _ = environment.relays
    on_first = [
        follower for follower in environment.active_followers() if follower.place == first.place
    ]
    # Some followers disconnect with the relay: only the database still knows of them.
    await environment.disconnect_some(on_first[:3])
    await first.kill()
    environment.relays.remove(first)
    environment.figures["moved to the other"] = len(on_first) - 3
    environment.figures["all followed again, s"] = round(await environment.until_all_follow(), 1)


RELAY_KILLED = Drill(
    "relay-killed",
    "The only relay is killed with SIGKILL under load and started again on the same port. "
    "Every follower resumes by Last-Event-ID and keeps its seat, and the seats of those that disconnected expire.",
    kill_and_restart,
)
RELAY_TAKEOVER = Drill(
    "relay-takeover",
    "Of two relays one is killed, and its clients resume on the other with the cursor the first one gave them. "
    "Nothing is missed or repeated, and the other relay removes the seats of clients that were lost with the killed relay.",
    kill_one_of_two,
    relays=2,
)
