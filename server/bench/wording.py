"""How measures, floors and verdicts are called and explained."""

from __future__ import annotations

from typing import Final, NamedTuple

from ..tools.number_format import figure
from .plan import Measure


class Explained(NamedTuple):
    """A measure: a short title, and what it does."""

    title: str
    text: str


EXPLAINED: Final[dict[Measure, Explained]] = {
    "fanout": Explained(
        "one event to all streams",
        "Many streams follow one room, and a chat message is written in psql. The processor time of the relay is divided by the"
        " deliveries; a receipt is timed from just before the insert. The loop is a process with nothing but writes to as many transports"
        " of uvloop; nchan is nginx’s fan-out, in C, timed from just before the POST.",
    ),
    "latency": Explained(
        "a join, until others see it",
        "Users join a room by POST, one after the other. Times are taken at bare sockets, from just before the request is sent until"
        " its answer, and until the row arrived on the streams of all followers. The floor is a bare LISTEN from just before its NOTIFY.",
    ),
    "writes": Explained(
        "signals from SQL",
        "pgbench inserts candidates into signals, for random pairs of 400 participants in 20 rooms. The floor inserts the same values into"
        " an UNLOGGED table without rules and log, and notifies, in one statement.",
    ),
    "joins": Explained(
        "all streams open at once",
        "A crowd opens its streams of one room, 48 waiting for their snapshot at any time. The floor accepts as many connections and answers"
        " each with as many bytes.",
    ),
    "rooms": Explained(
        "what the size of a room adds",
        "A candidate is inserted for one participant of a room that has many streams, and of one that has three, in turns; it is timed from just"
        " before the insert, and the processor time of the relay is divided by the signals. Then one participant of a room with as many seats,"
        " three of them on stage, opens a stream, and ten others join the audience: the bytes until the snapshot has arrived, and those of one join.",
    ),
    "memory": Explained(
        "what an idle stream takes",
        "Users with a stream each, in rooms of fifty in which nothing happens. Memory that only the relay’s process has (USS), after minus"
        " before, divided by the streams. The floors are a connection of the loop, and a subscriber of nchan.",
    ),
    "media": Explained(
        "what a media node takes",
        "Three who speak and many who listen, on an SFU and then on an MCU, as in the lab of topologies: the processor time of the node, as a"
        " share of one core, without what it takes when it has no room; of the SFU divided by the streams that leave it. The floors are a"
        " bare UDP forward of as many datagrams, SRTP alone, and for the MCU libopus alone.",
    ),
    "arrivals": Explained(
        "a crowd joins and leaves",
        "Users join a room whose roster is counted, by POST and evenly spread over the planned seconds, each with a stream on the same"
        " connection, and all but a few leave again. Bytes are counted at the sockets; those of a join to all others are what all streams"
        " received after their snapshots, divided by the joins. The times of `right` are from the answer to the last join, or leave, until"
        " the last stream had the right number. Ten followers by each technique are in the room from the beginning.",
    ),
    "hallway": Explained(
        "a hallway of many rooms",
        "Users follow the hallway by streams, while seats in random rooms are taken and left, in transactions of ten. Bytes and rows are"
        " counted at the sockets, without the snapshots.",
    ),
    "relays": Explained(
        "many relays on one database",
        "One room is followed on all relays, twenty streams on each, and chat messages are written in psql, each when all have received the"
        " one before; then the same on a bus, where a pump reads for all. Bytes are those of a message that each stream received. The processor time is that of all relays together; relay_read is the reading of logs, as PostgreSQL counts its calls.",
    ),
}


def number(value: float, unit: str) -> str:
    """With its unit: 5.4 µs, 26800 /s."""
    return f"{figure(value)} {unit}"


def verdict(met: bool | None, budget: str) -> str:
    """In a word or two."""
    if not budget:
        return "–"
    return {True: "met", False: "over", None: "undecided"}[met]
