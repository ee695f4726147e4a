"""How figures, faults and lanes are called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from ...tools.number_format import bytes_of, figure, milliseconds_of
from .figures import Loss
from .plan import Fault


class Shown(NamedTuple):
    """A figure: its heading, what it says in a sentence, and how a value is written."""

    heading: str
    text: str
    say: Callable[[float], str]
    logarithmic: bool = False


SHOWN: Final[dict[str, Shown]] = {
    "join_p50": Shown(
        "A join, until a follower sees it: half of them",
        "From just before the participant sends it, until the follower’s client has it: the median. Dashed: the floor.",
        milliseconds_of,
        logarithmic=True,
    ),
    "join_p99": Shown(
        "A join, until a follower sees it: 99 of 100",
        "The same for the slow ones. The interval is wide where there are few joins.",
        milliseconds_of,
        logarithmic=True,
    ),
    "signal_p50": Shown(
        "An offer or a candidate, until its only follower sees it",
        "The median, of both kinds. PeerJS knows no joins, so it is compared here.",
        milliseconds_of,
        logarithmic=True,
    ),
    "server": Shown(
        "The server’s processor",
        "Milliseconds of processor for each write, all its deliveries included. PostgreSQL’s own lanes have no server.",
        milliseconds_of,
    ),
    "database": Shown(
        "The database’s processor",
        "Milliseconds of processor for each write, of PostgreSQL or Redis with all their processes. Others have no database.",
        milliseconds_of,
    ),
    "memory": Shown(
        "Memory",
        "What each more follower takes in servers that are warm: of the server, or of the database where followers have sessions in it.",
        bytes_of,
    ),
    "bytes": Shown(
        "Bytes on the wire",
        "Sent and received by followers, for each event that one of them got: joins, leaves and its own signals.",
        bytes_of,
    ),
    "requests": Shown(
        "Requests",
        "Of each follower a second, once it follows. Whoever is pushed to sends none.",
        figure,
    ),
}
FAULTS: Final[dict[Fault, str]] = {
    "cut": "connection cut for 2 s",
    "server_killed": "server killed",
    "database_killed": "database killed",
    "database_restarted": "database restarted",
}


def loss(found: Loss | None) -> str:
    """`0 of 276`, and what else is to be said."""
    if found is None:
        return "–"
    words = f"{found.lost} of {found.owed}"
    if found.repeated:
        words += f", {found.repeated} twice"
    if found.snapshots:
        words += f", {found.snapshots} snapshot{'s' if found.snapshots > 1 else ''}"
    if found.ended:
        words += ", server ended"
    if not found.back:
        words += ", not all came back"
    return words
