"""How it was measured, as the report explains it."""

from __future__ import annotations

from ..quoted.wording import intervals, noise_method, order
from .figures import Report
from .losses import AROUND, CUT, DEAD, RATE, followers_of
from .waiting import SECONDS, WHERE_NONE


def method(report: Report) -> dict[str, str]:
    """The last part of the page."""
    plan = report.plan
    return {
        "The pattern": (
            f"A participant joins, offers to one follower (1,500 characters of SDP), sends it a candidate and leaves: {plan.rate:g} such"
            f" writes a second for {plan.duration:g} s, due at fixed times. {plan.followers} followers, each with a connection of its own."
            " A write is done when the system has acknowledged it; PeerJS acknowledges nothing."
        ),
        "Repetitions": order(
            plan.repetitions, plan.seed, "lane", "each with servers started for it"
        ),
        "Intervals": intervals(
            plan.repetitions,
            "repetitions are drawn with replacement, then joins within them",
        ),
        "The machine’s noise": noise_method(
            report.noise,
            "The floor is a process that writes what it gets to bare TCP connections.",
            "joins",
        ),
        "What waits": (
            f"After each repetition, one participant writes for {SECONDS:g} s, the next write when the follower has the one before, while all"
            " processes share one core. What they do not work meanwhile (the disk, a timer, an acknowledgement that comes late; on a full machine"
            " another program) is what the write waits for: the median."
            f"{' ' + WHERE_NONE if report.without_waiting else ''}"
        ),
        "What is lost": (
            f"In runs of their own, {followers_of(plan)} followers and {RATE:g} writes a second: connections are reset and refused for {CUT:g} s;"
            f" the server gets SIGKILL and is started {DEAD:g} s later; so is the database, with all its processes; the database is stopped in order and"
            f" started. Writing goes on meanwhile and for {AROUND:g} s after all follow again. A delivery is lost if the write was acknowledged and its"
            " follower never saw it, also because the database had not written it to a file. A join, leave or signal that a snapshot shows was seen."
            " Writes that were refused are not counted: their sender knows."
        ),
        "Clients": (
            "Socket.IO by its own client in a process of Node. All others by clients of asyncio in one process, which speak the same protocols:"
            " with many followers, the last of them is seen later. They connect again after 0.25 s and resume by what the system offers."
        ),
    }
