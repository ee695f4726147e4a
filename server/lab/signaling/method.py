"""How it was measured, as the report explains it."""

from __future__ import annotations

from ..quoted.wording import intervals, noise_method, order
from .results import Report


def method(report: Report) -> dict[str, str]:
    """The last part of the page."""
    plan, clock, floors = report.plan, report.clock, report.floors
    who = (
        "One participant" if plan.participants == 1 else f"Each of {plan.participants} participants"
    )
    writes = ", ".join(f"{us:g} µs each to {number}" for number, us in floors.writes.items())
    alone = "; ".join(
        f"by {way} {work.transactions / work.seconds:.0f} transactions and {1000 * work.cpu / work.seconds:.0f} ms of"
        " processor a second"
        for way, work in report.writing.items()
    )
    clocks = f"The database’s clock is {clock.ahead:+.3f} ms from this machine’s, known to within {clock.within:.3f} ms;"
    clocks += (
        f" latencies were corrected by {clock.correction:+.3f} ms."
        if clock.correction
        else " that is less than the uncertainty, so nothing was corrected."
    )
    return {
        "The pattern": (
            f"{who} joins, offers to one follower (1,500 characters of SDP), sends one candidate, and"
            " leaves, over and over. Every follower gets the join, the leave, and the hallway’s new row; a signal"
            " reaches one follower only. Writes are due at fixed times, so a slow relay does not get fewer writes. For push and"
            " polling they are rows posted over HTTP, for WebSocket the article’s events on a socket for each visit. One"
            " visit each comes first, uncounted, to warm up."
        ),
        "Repetitions": order(
            plan.repetitions,
            plan.seed,
            "technique with each number of followers",
            "each with a relay of its own",
        ),
        "Intervals": intervals(plan.repetitions, "repetitions are drawn with replacement"),
        "The machine’s noise": noise_method(
            report.noise,
            "The floor, a bare LISTEN, has its turn in each round, and so has a relay that nobody follows: how much its processor, memory,"
            " transactions and statements vary is the noise of these.",
            "latency",
        ),
        "Latency": (
            "From the event’s commit_timestamp, which the log’s trigger takes while the transaction commits, to the moment"
            f" the kernel hands the event’s last byte to the follower. {clocks}"
        ),
        "Requests and bytes": (
            "Counted by the followers where they write to and read from their sockets: TCP payload, headers and framing"
            " included, TCP’s own not. Connections are kept open between requests, as browsers do. The client sends few"
            " headers; a browser’s requests are several hundred bytes larger."
        ),
        "Transactions and statements": (
            "Counted in the relay’s connection pools as they are sent (/metrics: roomtone_transactions,"
            " roomtone_statements; the pool’s test of a connection is one of each; BEGIN and COMMIT are no"
            " statements). pg_stat_database would lag by up to ten seconds. Heartbeats and the reaper are in all of them, about"
            " five a second."
        ),
        "Processor and memory": (
            "User and system time of the relay’s process, minus the writing alone; memory is by how much what only that process has"
            " (USS) grows, minus the writing alone, divided by the followers. Each measurement has a fresh relay process on the same"
            " database, so that none inherits another’s memory. Followers, participants, relay and PostgreSQL share this"
            " machine’s cores."
        ),
        "The writing alone": f"The same pattern without followers: {alone}.",
        "The floors": (
            f"A bare LISTEN on an idle connection receives a NOTIFY {floors.late(50):.2f} ms (p50; p95"
            f" {floors.late(95):.2f}) after it was sent. A loop of bare writes of {floors.frame} bytes takes {writes}"
            " sockets; compare the processor time per event."
        ),
        "Missed": (
            "Afterwards the table events is read: every event that was for a follower, from their first snapshot on, has to"
            " have arrived at them, by any technique, once and in order."
        ),
    }
