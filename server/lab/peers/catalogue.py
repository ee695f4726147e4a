"""All lanes, in the order in which reports show them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from . import listen, roomtone, socketio
from .floor import Floor
from .lane import About, Lane, Surroundings
from .listen import Listen
from .plan import Plan
from .roomtone import Roomtone
from .socketio import SocketIo, Variant


@dataclass(frozen=True)
class Entry:
    """A lane: what it is, and what makes it. `measured` says that it is timed, `broken` that its losses are counted."""

    about: About
    make: Callable[[Surroundings], Lane]
    measured: bool = True
    broken: bool = True


FLOOR: Final = Entry(Floor.about, Floor, broken=False)

LANES: Final[tuple[Entry, ...]] = (
    *(
        Entry(roomtone.about(technique), partial(Roomtone, technique))
        for technique in roomtone.LABELS
    ),
    *(
        Entry(socketio.about(variant), partial(SocketIo, variant), measured=timed, broken=broken)
        for variant, timed, broken in (
            (Variant("default", False), True, False),
            (Variant("fastest", False), True, False),
            (Variant("recovery", False), False, True),
            (Variant("default", True), True, True),
            (Variant("fastest", True), True, False),
        )
    ),
    Entry(listen.ABOUT["default"], partial(Listen, "default")),
    Entry(listen.ABOUT["fastest"], partial(Listen, "fastest"), broken=False),
)


def entries(plan: Plan) -> list[Entry]:
    return [entry for entry in LANES if entry.about.system in plan.systems]
