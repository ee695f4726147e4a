"""The report as a page."""

from __future__ import annotations

from functools import partial
from typing import Final

from ...tools.number_format import bytes_of, figure, milliseconds, milliseconds_of
from ...tools.page import Plot, Row, charts, definitions, head, numbers, page, soft
from ..quoted.figures import names
from ..quoted.plots import plot_of
from ..quoted.wording import Cells, interval, notes, running
from .method import method
from .results import Report, Result
from .table import times_listen
from .wording import EXPLAINED, SERIES

HEADINGS: Final = (
    "followers",
    "technique",
    "p50 ms",
    "p95",
    "p99",
    "× LISTEN",
    "requests/s",
    "empty answers",
    "in/s",
    "out/s",
    "transactions/s",
    "statements/s",
    "CPU ms/s each",
    "CPU µs per event",
    "memory each",
    "owed",
    "missed",
)
INTRO: Final = (
    "Latency in milliseconds from commit to receipt. Processor and memory are the relay’s, per follower and beyond the writing."
    " In and out are seen from the followers, summed."
)


def html(report: Report) -> str:
    """The whole page."""
    measured = {
        SERIES[name]: [(one.followers, one) for one in report.results if one.technique == name]
        for name in report.plan.techniques
    }
    intro = f"{INTRO} {interval(report.plan.repetitions)} {notes(report.apart)}"
    return page(
        "Four ways to signal · Roomtone lab",
        _head(report),
        definitions("What is compared", ((SERIES[name], text) for name, text in EXPLAINED.items())),
        soft(notes(report.apart)),
        charts("How the cost grows with followers", measured, _plots(report), "followers"),
        numbers(intro, HEADINGS, (_row(report, one) for one in report.results)),
        definitions("How it was measured", method(report).items()),
    )


def _head(report: Report) -> str:
    plan = report.plan
    owed = report.owed
    verdict = (
        f'<p class="verdict">{owed:,} events owed, none missed</p>'
        if not report.missed
        else f'<p class="verdict verdict--missed">{report.missed:,} of {owed:,} events missed</p>'
    )
    crowds = ", ".join(str(number) for number in plan.followers)
    return head(
        "Roomtone lab",
        "Four ways to signal, one room",
        f"A participant joins a room, offers, sends a candidate, and leaves: {plan.rate:g} such writes"
        f" a second, {plan.repetitions} times {plan.duration:g} seconds in random order. {crowds} people follow the room. What changes"
        " between the measurements is only how they learn of the next event.",
        verdict,
        soft(
            running(report.made_at, report.machine, report.versions)
            + f" · polling every {plan.poll_interval:g} s"
        ),
    )


def _plots(report: Report) -> list[Plot[Result]]:
    floor = report.floors.late(50)
    plot = partial(plot_of, report.apart)
    return [
        plot(
            "latency_p50",
            "How late: half of the events",
            "Milliseconds from commit to receipt, the median, on a logarithmic scale. The dashed line is a bare"
            f" LISTEN in psycopg, {floor:.2f} ms. Polling is late by half its interval, whatever else is done.",
            milliseconds_of,
            logarithmic=True,
            floor=floor,
        ),
        plot(
            "latency_p95",
            "How late: 95 of 100 events",
            "The same for the slow ones. Here the price of many followers shows: each write to a socket waits for"
            " those before it, and they all share the processors.",
            milliseconds_of,
            logarithmic=True,
        ),
        plot(
            "requests",
            "Requests",
            "Requests per second of all followers together. Push and WebSocket send one, at the beginning. Polling"
            " sends them by the clock, long-polling for each event.",
            figure,
        ),
        plot(
            "transactions_beyond_writing",
            "Transactions",
            "Transactions per second in the database, beyond those of the writing itself. With push and WebSocket"
            " the log is read once per notification, for all followers; otherwise once per request.",
            figure,
        ),
        plot(
            "bytes",
            "Bytes on the wire",
            "Bytes per second, both ways, of all followers together, counted at their sockets. The events are the same"
            " for all; polling adds its empty answers and long-polling a request and its headers to every event.",
            bytes_of,
        ),
        plot(
            "core",
            "The relay’s processor",
            "Per cent of one core that the following took: the relay process, minus what the writing alone took."
            " Where lines come near 100, the relay is full.",
            lambda y: f"{figure(100 * y)}%",
        ),
    ]


def _row(report: Report, one: Result) -> Row:
    cells = Cells(report.apart, one.name)
    missed = one.total("missed")
    row = [
        str(one.followers),
        SERIES[one.technique].label,
        *(cells.ranged(name, milliseconds) for name in names("latency")),
        times_listen(report, one),
        cells.value("requests", figure),
        f"{sum(each.running.empty for each in one.repetitions):,}",
        cells.value("received", bytes_of),
        cells.value("sent", bytes_of),
        cells.ranged("transactions", figure),
        cells.value("statements", figure),
        cells.ranged("processor", figure),
        cells.ranged("processor_per_event", figure),
        cells.ranged("memory", bytes_of),
        f"{one.total('owed'):,}",
        str(missed),
    ]
    return Row(row, bad=missed > 0)
