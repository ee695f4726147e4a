"""How it was measured, as the report explains it."""

from __future__ import annotations

from .figures import Report
from .losses import AROUND, CUT, DEAD, RATE, followers_of
from .wording import noise_of


def method(report: Report) -> dict[str, str]:
    """The last part of the page."""
    plan, noise = report.plan, report.noise
    return {
        "The pattern": (
            f"A participant joins, offers to one follower (1,500 characters of SDP), sends it a candidate and leaves: {plan.rate:g} such"
            f" writes a second for {plan.duration:g} s, due at fixed times. {plan.followers} followers, each with a connection of its own."
            " A write is done when the system has acknowledged it; PeerJS acknowledges nothing."
        ),
        "Repetitions": (
            f"{plan.repetitions} of each lane, each with servers started for it, in rounds of random order (seed {plan.seed}), so that"
            " what the machine does meanwhile meets all alike."
        ),
        "Intervals": (
            "From the smallest to the largest repetition: fewer than six are too few for an interval of 95 %. Two lanes differ where these"
            " ranges have nothing in common; with three repetitions of each, chance alone does that in one of ten pairs."
            if report.few
            else "95 % by the bootstrap: repetitions are drawn with replacement, then joins within them, 1,000 times. Of a lane that has"
            " fewer than six repetitions, from the smallest to the largest."
        ),
        "The machine’s noise": (
            f"The floor is a process that writes what it gets to bare TCP connections. How far its medians are"
            f" apart ({noise_of(report)}) is the machine, and smaller differences between lanes say nothing. While nothing ran, {noise.busy:.0%}"
            f" of the cores were busy with other programs, and a timer woke up to {noise.late:.1f} ms late (p95)."
        ),
        "What is lost": (
            f"In runs of their own, {followers_of(plan)} followers and {RATE:g} writes a second: connections are reset and refused for {CUT:g} s;"
            f" the server gets SIGKILL and is started {DEAD:g} s later (where there is none, PostgreSQL ends without a checkpoint); the database is"
            f" stopped in order and started. Writing goes on meanwhile and for {AROUND:g} s after all follow again. A delivery is lost if the write was"
            " acknowledged and its follower never saw it. Writes that were refused are not counted: their sender knows."
        ),
        "Clients": (
            "Socket.IO by its own client in a process of Node. All others by clients of asyncio in one process, which speak the same protocols:"
            " with many followers, the last of them is seen later. They connect again after 0.25 s and resume by what the system offers."
        ),
    }
