"""The report as a page."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import Final

from ...tools.chart import mark
from ...tools.number_format import figure, milliseconds, milliseconds_of
from ...tools.page import Plot, Row, charts, definitions, head, numbers, page, soft
from ..quoted.figures import names
from ..quoted.plots import plot_of
from ..quoted.wording import Cells, interval, notes, running
from .method import method
from .results import Report, Result
from .verdicts import compared, crowded, ends
from .wording import CRITERION, EXPLAINED, SERIES, per_cent, rate

NOTICED: Final = (
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
    "works",
)
COSTS: Final = (
    "speakers + listeners",
    "topology",
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
        soft(notes(report.apart)),
        *(_charts(report, speakers) for speakers in report.plan.speakers),
        numbers(
            f"{interval(report.plan.repetitions)} {notes(report.apart)}",
            NOTICED,
            (_noticed(report, one) for one in report.results),
            "What people notice",
        ),
        numbers(
            f"{INTRO} {notes(report.apart)}",
            COSTS,
            (_costs(report, one) for one in report.results),
            "What it costs",
        ),
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
            running(report.made_at, report.machine, report.versions)
            + f" · {report.plan.repetitions} times {report.plan.duration:g} s each, in random order"
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
    shown = [one for one in report.results if one.crowd.speakers == speakers]
    if not shown:
        return ""
    measured = {
        SERIES[name]: [(one.crowd.listeners, one) for one in shown if one.topology == name]
        for name in report.plan.topologies
    }
    return charts(f"{speakers} people speak", measured, _plots(report, speakers), "listeners")


def _plots(report: Report, speakers: int) -> list[Plot[Result]]:
    codec = report.floors.codec.get(speakers, 0.0)
    plot = partial(plot_of, report.apart)
    return [
        plot(
            "speaker_up",
            "What a speaker sends",
            "Bits per second on the wire, logarithmic. In a mesh a speaker’s connection to the Internet transfers the voice once for each other"
            " person, and a phone’s uplink is soon full; to a node it goes once.",
            _bits,
            logarithmic=True,
        ),
        plot(
            "speaker_down",
            "What a speaker receives",
            "Bits per second to a speaker, logarithmic. From an MCU it is one mix, however many speak; otherwise a stream for each"
            " other speaker. Those who only listen get one voice more.",
            _bits,
            logarithmic=True,
        ),
        plot(
            "connections",
            "Connections of a speaker",
            "Each takes a handshake to set up, and is kept alive. A node is one connection, however many are in the room.",
            figure,
        ),
        plot(
            "delay_p50",
            "From mouth to ear: half of the marks",
            "Milliseconds, the median. 26.5 of them are 20 ms of sound in a packet and what Opus looks ahead; the receiver’s own"
            " jitter buffer comes on top, in a browser 20 to 60 ms, the same for all. What an MCU adds is its jitter"
            " buffer, its clock, and a second Opus.",
            milliseconds_of,
        ),
        plot(
            "delay_p95",
            "From mouth to ear: 95 of 100 marks",
            "The same for the late ones. Where this rises steeply, the node or the people’s processes no longer keep up.",
            milliseconds_of,
        ),
        plot(
            "node",
            "The node’s processor",
            "Per cent of one core. An SFU’s grows with speakers times people, an MCU’s with the speakers, and a little with"
            f" whom it sends to. Dashed: libopus alone, to decode {speakers} voices and encode {speakers + 1} mixes.",
            per_cent,
            floor=codec,
        ),
        plot(
            "first_audio",
            "Until a newcomer hears something",
            "Milliseconds from joining (the row in participants) to the first packet of a voice. In a mesh that is a handshake"
            " with each speaker, the first of which counts; on a node it is one.",
            milliseconds_of,
        ),
        plot(
            "people",
            "The people’s processor",
            "Per cent of one core, of all people together. In a room of the world they would have a machine each; here they"
            " share this one, and where they run out of it, that says nothing of the topology.",
            per_cent,
        ),
    ]


def _bits(value: float) -> str:
    return rate(value) if value >= 1000 else f"{value:.0f} bit/s"


def _noticed(report: Report, one: Result) -> Row:
    found, added = Cells(report.apart, one.name), report.added(one)
    mesh = report.ratios(one)["first_audio_to_mesh"]
    marks = one.total("marks")
    words = "yes"
    if not one.works:
        times = (
            f" in {len(one.failed)} of {len(one.repetitions)}" if len(one.repetitions) > 1 else ""
        )
        words = f"no{times}: {', '.join(one.faults)} ({one.ran_out} ran out)"
    cells = [
        str(one.crowd),
        SERIES[one.topology].label,
        *(found.ranged(name, milliseconds) for name in names("delay")),
        "–" if added is None else f"{added:+.1f}",
        found.ranged("first_audio", milliseconds),
        "–" if mesh is None else figure(mesh),
        found.value("loss", lambda share: f"{share:.2%}"),
        f"{marks - one.total('marks_missed')} of {marks}",
        found.value("understood", lambda stoi: f"{stoi:.2f}"),
        words,
    ]
    return Row(cells, bad=not one.works)


def _costs(report: Report, one: Result) -> Row:
    found, ratios = Cells(report.apart, one.name), report.ratios(one)
    floors = ("per_stream_to_udp", "per_stream_to_plain", "node_to_codec")
    cells = [
        str(one.crowd),
        SERIES[one.topology].label,
        found.value("connections", figure),
        *(found.value(name, rate) for name in ("speaker_up", "speaker_down", "listener_down")),
        *(found.ranged(name, per_cent) for name in ("node", "per_stream", "per_listener")),
        *("–" if (ratio := ratios[name]) is None else figure(ratio) for name in floors),
        found.ranged("people", per_cent),
    ]
    return Row(cells)
