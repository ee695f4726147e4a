"""All lanes, in the order in which reports show them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from . import listen, nats, nchan, redis, roomtone, socketio
from .decoding import Decoding
from .floor import Floor
from .lane import About, Lane, Surroundings
from .listen import Listen
from .nats import Nats
from .nchan import Nchan
from .peerjs import PeerJs
from .plan import Plan
from .redis import RedisLane
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
    Entry(PeerJs.about, PeerJs),
    Entry(nchan.ABOUT["default"], partial(Nchan, "default"), broken=False),
    Entry(nchan.ABOUT["fastest"], partial(Nchan, "fastest"), broken=False),
    Entry(nchan.ABOUT["recovery"], partial(Nchan, "recovery"), measured=False),
    Entry(nats.ABOUT["default"], partial(Nats, "default"), broken=False),
    Entry(nats.ABOUT["recovery"], partial(Nats, "recovery")),
    Entry(redis.ABOUT["default"], partial(RedisLane, "default"), broken=False),
    Entry(redis.ABOUT["recovery"], partial(RedisLane, "recovery")),
    Entry(listen.ABOUT["default"], partial(Listen, "default")),
    Entry(listen.ABOUT["fastest"], partial(Listen, "fastest"), broken=False),
    Entry(Decoding.about, Decoding),
)


def entries(plan: Plan) -> list[Entry]:
    return [entry for entry in LANES if entry.about.system in plan.systems]
