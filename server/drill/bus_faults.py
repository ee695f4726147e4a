"""Faults of the bus and of pumps."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from ..tools.waiting import SELDOM, in_thread, until
from .bus_environment import BusEnvironment, missing, with_bus
from .drill import Drill
from .environment import DrillEnvironment

WITHOUT: Final = 1.0  # seconds of traffic after all relays have noticed
Fault = Callable[[BusEnvironment], Awaitable[None]]


async def on_bus(cause_fault: Fault, environment: DrillEnvironment) -> None:
    """Cause it, and check that events come from the bus before and after it."""
    assert isinstance(environment, BusEnvironment)
    await environment.disconnect_some()
    nothing = [0.0 for _ in environment.relays]
    environment.expect(
        await until(partial(_receive, environment, nothing), every=SELDOM),
        "a relay received nothing from the bus",
    )
    began = time.monotonic()
    await cause_fault(environment)
    await environment.until_on_bus()
    environment.figures["all on the bus again after, s"] = round(time.monotonic() - began, 1)
    back = await _pages(environment)
    environment.expect(
        await until(partial(_receive, environment, back), every=SELDOM),
        "a relay receives nothing after the fault",
    )
    for name in ("gaps", "pages_from_memory", "reads_of_gaps", "fallbacks"):
        counted = [await relay.metric(f"roomtone_bus_{name}_total") for relay in environment.relays]
        environment.figures[name.replace("_", " ")] = sum(counted)


async def _pages(environment: BusEnvironment) -> list[float]:
    return [await relay.metric("roomtone_bus_pages_total") for relay in environment.relays]


async def _receive(environment: BusEnvironment, since: list[float]) -> bool:
    """Whether all have received more pages than these."""
    return all(now > then for now, then in zip(await _pages(environment), since, strict=True))


async def kill_bus(environment: BusEnvironment) -> None:
    environment.nats.kill()
    await environment.until_on_bus(on=False)
    await environment.traffic(WITHOUT)
    await in_thread(environment.nats.start)


async def freeze_bus(environment: BusEnvironment) -> None:
    environment.nats.freeze()
    await environment.until_on_bus(on=False)
    await environment.traffic(WITHOUT)
    environment.nats.thaw()


async def kill_pump(environment: BusEnvironment) -> None:
    elected = await environment.elected()
    (other,) = (pump for pump in environment.pumps if pump is not elected)
    await elected.kill()
    environment.expect(await until(lambda: other.elections > 0), "the other pump was not elected")
    await elected.start()


async def freeze_pump(environment: BusEnvironment) -> None:
    """The frozen one keeps the lock; the other works anyway, and for a moment both do."""
    elected = await environment.elected()
    (other,) = (pump for pump in environment.pumps if pump is not elected)
    elected.freeze()
    environment.expect(await until(lambda: other.elections > 0), "the other pump does not work")
    await environment.until_on_bus()
    elected.thaw()


BUS_KILLED, BUS_FROZEN, PUMP_KILLED, TWO_PUMPS = (
    Drill(
        name,
        description,
        partial(on_bus, fault),
        relays=2,
        settings={"grace": 30.0},  # a follower that polls may be late on a busy machine
        unready=True,
        needs=missing,
        environment=with_bus,
    )
    for name, description, fault in (
        (
            "bus-killed",
            "NATS is killed in the middle of traffic, with two relays and two pumps on it, and started again. "
            "Relays LISTEN meanwhile, go back, and followers by all four techniques miss nothing.",
            kill_bus,
        ),
        (
            "bus-frozen",
            "NATS is stopped by SIGSTOP in the middle of traffic, so that its connections stay open and silent, and goes on later with what it had. "
            "Relays LISTEN after three seconds of silence, go back, and nothing is missed or repeated.",
            freeze_bus,
        ),
        (
            "pump-killed",
            "Of two pumps the one that works is killed with SIGKILL in the middle of traffic. "
            "The other takes over, and what was not published is read from the database.",
            kill_pump,
        ),
        (
            "two-pumps",
            "The pump that works is stopped by SIGSTOP, so that it keeps its lock in the database, until the other works anyway; then it goes on. "
            "For a moment two pumps publish the same pages, and no event comes twice.",
            freeze_pump,
        ),
    )
)  # fmt: skip
