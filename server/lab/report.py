"""The report as one HTML file that needs nothing else: its style sheet and its charts are inside."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Final

from .chart import Points, chart, mark
from .figures import Measurement, Report
from .number_format import bytes_of, figure, milliseconds
from .plan import Plan, Technique
from .signaling import WORDS

STYLE: Final = Path(__file__).with_name("report.css")

EXPLAINED: Final[dict[Technique, str]] = {
    "sse": (
        "Database-driven push. One request, whose response never ends. A write fires a trigger, the trigger"
        " appends to the room’s log and notifies the relay, which reads the log once and writes the event to"
        " every follower."
    ),
    "polling": (
        "The follower requests again and again, whether anything happened or not. Each request is one a request with"
        " all its headers and a few transactions, however quiet the room is; and the answer is late by half"
        " the interval."
    ),
    "long-polling": (
        "The follower asks, and the relay answers when there is something. As quick as push; but every event"
        " costs every follower a request, and the transactions that go with it."
    ),
    "websocket": (
        "One handshake, then messages either way. The article’s server inserts the row and tells its own"
        " sockets at once; here it reads the log at once instead of waiting for the notification."
    ),
}


def html(report: Report) -> str:
    """A page without scripts and external files; light or dark as its reader prefers."""
    return "".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            "<title>Four ways to signal · Roomtone lab</title>",
            f"<style>{STYLE.read_text(encoding='utf-8')}</style></head><body><main>",
            _head(report),
            _techniques(),
            _plots(report),
            _numbers(report),
            _method(report),
            "</main></body></html>\n",
        ]
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
    return (
        '<p class="caps">Roomtone lab</p><h1>Four ways to signal, one room</h1>'
        f'<p class="lead">A participant joins a room, offers, sends a candidate, and leaves: {plan.rate:g} such writes'
        f" a second, {plan.duration:g} seconds long. {crowds} people follow the room. What changes between the"
        " measurements is only how they learn of the next event.</p>"
        f"{verdict}"
        f'<p class="soft">{escape(report.made_at)} · PostgreSQL {escape(str(report.machine["postgresql"]))} ·'
        f" {report.machine['cores']} cores · polling every {plan.poll_interval:g} s</p>"
    )


def _techniques() -> str:
    items = "".join(
        f"<div><dt>{mark(name)} {escape(WORDS[name][:1].upper() + WORDS[name][1:])}</dt><dd>{text}</dd></div>"
        for name, text in EXPLAINED.items()
    )
    return f"<h2>What is compared</h2><dl>{items}</dl>"


def _plots(report: Report) -> str:
    seconds = {id(one): one.work.seconds for one in report.measurements}
    floor = report.floors.listen.p50
    crowds = report.plan.followers

    def lines(value: Callable[[Measurement], float]) -> dict[str, Points]:
        return {
            name: [
                (one.followers, value(one)) for one in report.measurements if one.technique == name
            ]
            for name in report.plan.techniques
        }

    plots = [
        (
            "How late: half of the events",
            "Milliseconds from commit to receipt, the median, on a logarithmic scale. The dashed line is a bare"
            f" LISTEN in psycopg, {floor:.2f} ms. Polling is late by half its interval, whatever else is done.",
            chart(
                "Median latency",
                lines(lambda one: one.latency.p50 if one.latency else 0.0),
                floor=[(number, floor) for number in (min(crowds), max(crowds))],
                logarithmic=True,
                say=lambda y: f"{y:g} ms" if y >= 1 else f"{y:.2g} ms",
            ),
        ),
        (
            "How late: 95 of 100 events",
            "The same for the slow ones. Here the price of many followers shows: each write to a socket waits for"
            " those before it, and they all share the processors.",
            chart(
                "Latency, 95th percentile",
                lines(lambda one: one.latency.p95 if one.latency else 0.0),
                logarithmic=True,
                say=lambda y: f"{y:g} ms" if y >= 1 else f"{y:.2g} ms",
            ),
        ),
        (
            "Requests",
            "Requests per second of all followers together. Push and WebSocket ask once, at the beginning. Polling"
            " asks by the clock, long-polling by the event.",
            chart(
                "Requests per second",
                lines(lambda one: one.running.requests / seconds[id(one)]),
                say=figure,
            ),
        ),
        (
            "Transactions",
            "Transactions per second in the database, beyond those of the writing itself. With push and WebSocket"
            " the log is read once per notification, for all followers; otherwise once per request.",
            chart(
                "Transactions per second beyond the writing",
                lines(lambda one: one.transactions_beyond(report.baseline(one))),
                say=figure,
            ),
        ),
        (
            "Bytes on the wire",
            "Bytes per second, both ways, of all followers together, counted at their sockets. The events are the same"
            " for all; polling adds its empty answers and long-polling a request and its headers to every event.",
            chart(
                "Bytes per second",
                lines(lambda one: (one.running.received + one.running.sent) / seconds[id(one)]),
                say=bytes_of,
            ),
        ),
        (
            "The relay’s processor",
            "Per cent of one core that the following took: the relay process, minus what the writing alone took."
            " Where lines come near 100, the relay is full.",
            chart(
                "Processor",
                lines(lambda one: one.cpu_each(report.baseline(one)) * one.followers / 10),
                say=lambda y: f"{figure(y)}%",
            ),
        ),
    ]
    legend = "".join(
        f"<li>{mark(name)} {escape(WORDS[name])}</li>" for name in report.plan.techniques
    )
    figures = "".join(
        f"<figure><h3>{escape(title)}</h3><p>{escape(text)}</p>{drawn}</figure>"
        for title, text, drawn in plots
    )
    return (
        f'<h2>How the cost grows with followers</h2><ul class="legend">{legend}</ul>'
        f'<div class="charts">{figures}</div>'
    )


def _participants(plan: Plan) -> str:
    many = plan.participants
    return "One participant" if many == 1 else f"Each of {many} participants"


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


def _numbers(report: Report) -> str:
    head = "".join(
        f'<th scope="col"{" class=name" if name == "technique" else ""}>{escape(name)}</th>'
        for name in HEADINGS
    )
    rows = "".join(_row(report, one) for one in report.measurements)
    return (
        "<h2>The numbers</h2><p>Latency in milliseconds from commit to receipt. Processor and memory are the"
        " relay’s, per follower and beyond the writing. In and out are seen from the followers, summed.</p>"
        '<div class="wide" tabindex="0" role="region" aria-label="All figures">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(report: Report, one: Measurement) -> str:
    seconds, late = one.work.seconds, one.latency
    delivery = report.delivery(one)
    cells = [
        WORDS[one.technique],
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
    ]
    filled = "".join(
        f"<td{' class=name' if place == 0 else ''}>{escape(cell)}</td>"
        for place, cell in enumerate(cells)
    )
    missed = f'<td class="{"bad" if one.missed else ""}">{one.missed}</td>'
    return f'<tr><th scope="row">{one.followers}</th>{filled}{missed}</tr>'


def _method(report: Report) -> str:
    plan, clock, floors = report.plan, report.clock, report.floors
    writes = ", ".join(f"{us:g} µs each to {number}" for number, us in floors.writes.items())
    alone = "; ".join(
        f"by {way} {work.transactions / work.seconds:.0f} transactions and {1000 * work.cpu / work.seconds:.0f} ms of"
        " processor a second"
        for way, work in report.baselines.items()
    )
    told = f"The database’s clock is {clock.ahead:+.3f} ms from this machine’s, known to within {clock.within:.3f} ms;"
    told += (
        f" latencies were corrected by {clock.correction:+.3f} ms."
        if clock.correction
        else " that is nothing, so nothing was corrected."
    )
    items = {
        "The pattern": (
            f"{_participants(plan)} joins, offers to one follower (1,500 characters of SDP), sends one candidate, and"
            " leaves, over and over. Every follower gets the join, the leave, and the hallway’s new row; a signal"
            " reaches one follower only. Writes are due at fixed times, so a slow relay does not get fewer writes. For push and"
            " polling they are rows posted over HTTP, for WebSocket the article’s events on a socket for each visit. One"
            " visit each comes first, uncounted, to warm up."
        ),
        "Latency": (
            "From the event’s commit_timestamp, which the log’s trigger takes while the transaction commits, to the moment"
            f" the kernel hands the event’s last byte to the follower. {told}"
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
            "User and system time of the relay’s process, minus the writing alone; memory is what only that process has"
            " (USS), after minus before, divided by the followers. Each measurement has a fresh relay process on the same"
            " database, so that none inherits another’s memory. Followers, participants, relay and PostgreSQL share this"
            " machine’s cores."
        ),
        "The writing alone": f"The same pattern with nobody following: {alone}.",
        "The floors": (
            f"A bare LISTEN on an idle connection receives a NOTIFY {floors.listen.p50:.2f} ms (p50; p95"
            f" {floors.listen.p95:.2f}) after it was sent. A loop of bare writes of {floors.frame} bytes takes {writes}"
            " sockets; compare the processor time per event."
        ),
        "Missed": (
            "Afterwards the table events is read: every event that was for a follower, from their first snapshot on, has to"
            " have arrived at them, by any technique, once and in order."
        ),
    }
    described = "".join(
        f"<div><dt>{escape(term)}</dt><dd>{escape(text)}</dd></div>" for term, text in items.items()
    )
    return f"<h2>How it was measured</h2><dl>{described}</dl>"
