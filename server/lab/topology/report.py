"""The report as a page."""

from __future__ import annotations

from html import escape
from typing import Final

from ...tools.chart import mark
from ...tools.number_format import figure, milliseconds
from ...tools.page import Plot, Row, charts, definitions, head, numbers, page, soft
from .figures import Measurement, Report
from .method import method
from .wording import CRITERION, EXPLAINED, SERIES, compared, crowded, ends, per_cent, rate

HEADINGS: Final = (
    "speakers + listeners",
    "topology",
    "ear p50 ms",
    "p95",
    "p99",
    "added by the node",
    "first audio ms",
    "× mesh",
    "lost",
    "marks heard",
    "STOI",
    "connections",
    "speaker up",
    "speaker down",
    "listener down",
    "node",
    "per stream",
    "per listener",
    "× UDP",
    "× plain aiortc",
    "× codec",
    "people",
    "works",
)
INTRO: Final = (
    "Processor is per cent of one core; a node’s is what the room took, beyond what it takes with none."
    " Connections and bits are those of one person."
)


def html(report: Report) -> str:
    """The whole page."""
    topologies = report.plan.topologies
    return page(
        "Mesh, SFU, MCU, edge · Roomtone lab",
        _head(report),
        definitions("What is compared", ((SERIES[name], EXPLAINED[name]) for name in topologies)),
        *(_charts(report, speakers) for speakers in report.plan.speakers),
        numbers(INTRO, HEADINGS, (_row(report, one) for one in report.measurements)),
        _skipped(report),
        definitions("How it was measured", method(report).items()),
    )


def _head(report: Report) -> str:
    verdicts = "".join(
        f'<li>{mark(SERIES[topology])} <span class="{"" if report.stops_at(topology) is None else "bad"}">'
        f"{SERIES[topology].label}</span> {escape(words)}</li>"
        for topology, words in ends(report)
    )
    warning = crowded(report)
    return head(
        "Roomtone lab",
        "Mesh, SFU, MCU: the same room on each",
        "People sit down in a room and talk, through the same server each time. What changes between the"
        " measurements is only which way their voices go.",
        f'<ul class="ends">{verdicts}</ul>',
        f"<p>{escape(words)}</p>" if (words := compared(report)) else "",
        soft(CRITERION),
        f'<p class="bad">{escape(warning)}</p>' if warning else "",
        soft(
            f"{report.made_at} · {report.plan.duration:g} s each · PostgreSQL {report.machine['postgresql']}"
            f" · {report.machine['cores']} cores"
        ),
    )


def _skipped(report: Report) -> str:
    names = "; ".join(
        f"{SERIES[topology].label} with {crowd}" for topology, crowd in report.skipped
    )
    return (
        names
        and f"<p>Not tried, because a smaller crowd was too many already: {escape(names)}.</p>"
    )


def _charts(report: Report, speakers: int) -> str:
    shown = [one for one in report.measurements if one.speakers == speakers]
    if not shown:
        return ""
    measured = {
        SERIES[name]: [(one.listeners, one) for one in shown if one.topology == name]
        for name in report.plan.topologies
    }
    return charts(f"{speakers} people speak", measured, _plots(report, speakers), "listeners")


def _plots(report: Report, speakers: int) -> list[Plot[Measurement]]:
    codec = report.floors.codec.get(speakers, 0.0)
    return [
        Plot(
            "What a speaker sends",
            "Bits per second on the wire, logarithmic. In a mesh a speaker’s connection to the Internet transfers the voice once for each other"
            " person, and a phone’s uplink is soon full; to a node it goes once.",
            lambda m: m.links["speaker"].up,
            _bits,
            logarithmic=True,
        ),
        Plot(
            "What a speaker receives",
            "Bits per second to a speaker, logarithmic. From an MCU it is one mix, however many speak; otherwise a stream for each"
            " other speaker. Those who only listen get one voice more.",
            lambda m: m.links["speaker"].down,
            _bits,
            logarithmic=True,
        ),
        Plot(
            "Connections of a speaker",
            "Each takes a handshake to set up, and is kept alive. A node is one connection, however many are in the room.",
            lambda m: m.links["speaker"].connections,
            figure,
        ),
        Plot(
            "From mouth to ear: half of the marks",
            "Milliseconds, the median. 26.5 of them are 20 ms of sound in a packet and what Opus looks ahead; the receiver’s own"
            " jitter buffer comes on top, in a browser 20 to 60 ms, the same for all. What an MCU adds is its jitter"
            " buffer, its clock, and a second Opus.",
            lambda m: m.delay.p50 if m.delay else None,
            _milliseconds,
        ),
        Plot(
            "From mouth to ear: 95 of 100 marks",
            "The same for the late ones. Where this rises steeply, the node or the people’s processes no longer keep up.",
            lambda m: m.delay.p95 if m.delay else None,
            _milliseconds,
        ),
        Plot(
            "The node’s processor",
            "Per cent of one core. An SFU’s grows with speakers times people, an MCU’s with the speakers, and a little with"
            f" whom it sends to. Dashed: libopus alone, to decode {speakers} voices and encode {speakers + 1} mixes.",
            lambda m: 100 * m.cost.node if m.sent else None,
            _per_cent,
            floor=100 * codec,
        ),
        Plot(
            "Until a newcomer hears something",
            "Milliseconds from joining (the row in participants) to the first packet of a voice. In a mesh that is a handshake"
            " with each speaker, the first of which counts; on a node it is one.",
            lambda m: m.first_audio,
            _milliseconds,
        ),
        Plot(
            "The people’s processor",
            "Per cent of one core, of all people together. In a room of the world they would have a machine each; here they"
            " share this one, and where they run out of it, that says nothing of the topology.",
            lambda m: 100 * sum(m.cost.people),
            _per_cent,
        ),
    ]


def _bits(value: float) -> str:
    return rate(value) if value >= 1000 else f"{value:.0f} bit/s"


def _milliseconds(value: float) -> str:
    return f"{value:g} ms"


def _per_cent(value: float) -> str:
    return f"{figure(value)}%"


def _row(report: Report, one: Measurement) -> Row:
    late, added, ratios = one.delay, report.added(one), report.ratios(one)
    speaker, listener = one.links.get("speaker"), one.links.get("listener")

    def ratio(name: str) -> str:
        value = ratios[name]
        return "–" if value is None else figure(value)

    words = "yes" if one.works else f"no: {', '.join(one.faults)} ({one.ran_out} ran out)"
    cells = [
        str(one.crowd),
        SERIES[one.topology].label,
        *([milliseconds(v) for v in (late.p50, late.p95, late.p99)] if late else ["–"] * 3),
        "–" if added is None else f"{added:+.1f}",
        "–" if one.first_audio is None else milliseconds(one.first_audio),
        ratio("first_audio_to_mesh"),
        f"{one.loss:.2%}",
        f"{one.marks - one.marks_missed} of {one.marks}",
        "–" if one.understood is None else f"{one.understood:.2f}",
        "–" if speaker is None else figure(speaker.connections),
        "–" if speaker is None else rate(speaker.up),
        "–" if speaker is None else rate(speaker.down),
        "–" if listener is None else rate(listener.down),
        per_cent(one.cost.node) if one.sent else "–",
        "–" if one.per_stream is None else per_cent(one.per_stream),
        "–" if one.per_listener is None else per_cent(one.per_listener),
        ratio("per_stream_to_udp"),
        ratio("per_stream_to_plain"),
        ratio("node_to_codec"),
        per_cent(sum(one.cost.people)),
        words,
    ]
    return Row(cells, bad=not one.works)
