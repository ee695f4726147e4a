"""The report as a page."""

from __future__ import annotations

from typing import Final

from ...tools.number_format import bytes_of, figure, milliseconds
from ...tools.page import Plot, Row, charts, definitions, head, numbers, page, soft
from .figures import Measurement, Report
from .method import method
from .wording import EXPLAINED, SERIES

HEADINGS: Final = (
    "followers",
    "technique",
    "p50",
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
    "memory each",
    "CPU µs per event",
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
        SERIES[name]: [(one.followers, one) for one in report.measurements if one.technique == name]
        for name in report.plan.techniques
    }
    return page(
        "Four ways to signal · Roomtone lab",
        _head(report),
        definitions("What is compared", ((SERIES[name], text) for name, text in EXPLAINED.items())),
        charts("How the cost grows with followers", measured, _plots(report), "followers"),
        numbers(INTRO, HEADINGS, (_row(report, one) for one in report.measurements)),
        definitions("How it was measured", method(report).items()),
    )


def _head(report: Report) -> str:
    plan = report.plan
    owed = sum(one.owed for one in report.measurements)
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
        f" a second, {plan.duration:g} seconds long. {crowds} people follow the room. What changes between the"
        " measurements is only how they learn of the next event.",
        verdict,
        soft(
            f"{report.made_at} · PostgreSQL {report.machine['postgresql']} · {report.machine['cores']} cores"
            f" · polling every {plan.poll_interval:g} s"
        ),
    )


def _plots(report: Report) -> list[Plot[Measurement]]:
    floor = report.floors.listen.p50
    return [
        Plot(
            "How late: half of the events",
            "Milliseconds from commit to receipt, the median, on a logarithmic scale. The dashed line is a bare"
            f" LISTEN in psycopg, {floor:.2f} ms. Polling is late by half its interval, whatever else is done.",
            lambda one: one.latency.p50 if one.latency else 0.0,
            _milliseconds,
            logarithmic=True,
            floor=floor,
        ),
        Plot(
            "How late: 95 of 100 events",
            "The same for the slow ones. Here the price of many followers shows: each write to a socket waits for"
            " those before it, and they all share the processors.",
            lambda one: one.latency.p95 if one.latency else 0.0,
            _milliseconds,
            logarithmic=True,
        ),
        Plot(
            "Requests",
            "Requests per second of all followers together. Push and WebSocket send one, at the beginning. Polling"
            " sends them by the clock, long-polling for each event.",
            lambda one: one.running.requests / one.work.seconds,
            figure,
        ),
        Plot(
            "Transactions",
            "Transactions per second in the database, beyond those of the writing itself. With push and WebSocket"
            " the log is read once per notification, for all followers; otherwise once per request.",
            lambda one: one.transactions_beyond(report.baseline(one)),
            figure,
        ),
        Plot(
            "Bytes on the wire",
            "Bytes per second, both ways, of all followers together, counted at their sockets. The events are the same"
            " for all; polling adds its empty answers and long-polling a request and its headers to every event.",
            lambda one: (one.running.received + one.running.sent) / one.work.seconds,
            bytes_of,
        ),
        Plot(
            "The relay’s processor",
            "Per cent of one core that the following took: the relay process, minus what the writing alone took."
            " Where lines come near 100, the relay is full.",
            lambda one: one.cpu_each(report.baseline(one)) * one.followers / 10,
            lambda y: f"{figure(y)}%",
        ),
    ]


def _milliseconds(value: float) -> str:
    return f"{value:g} ms" if value >= 1 else f"{value:.2g} ms"


def _row(report: Report, one: Measurement) -> Row:
    seconds, late = one.work.seconds, one.latency
    delivery = report.delivery(one)
    cells = [
        str(one.followers),
        SERIES[one.technique].label,
        *([milliseconds(v) for v in (late.p50, late.p95, late.p99)] if late else ["–"] * 3),
        figure(late.p50 / report.floors.listen.p50) if late else "–",
        figure(one.running.requests / seconds),
        f"{one.running.empty:,}",
        bytes_of(one.running.received / seconds),
        bytes_of(one.running.sent / seconds),
        figure(one.work.transactions / seconds),
        figure(one.work.statements / seconds),
        figure(one.cpu_each(report.baseline(one))),
        bytes_of(one.memory_each),
        "–" if delivery is None else figure(delivery),
        f"{one.owed:,}",
        str(one.missed),
    ]
    return Row(cells, bad=bool(one.missed))
