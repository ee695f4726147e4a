"""The report as one HTML file that needs nothing else: its style sheet and its charts are inside."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Final

from ..chart import Points, chart, mark
from ..number_format import figure, milliseconds
from ..report import STYLE
from .figures import Measurement, Report
from .method import method
from .wording import CRITERION, WORDS, crowd_of, crowded, ends, per_cent, rate

EXPLAINED: Final = {
    "mesh": (
        "Everybody is connected with everybody who speaks, and each speaker sends their voice to each listener over a connection"
        " of its own. No server forwards audio. What a speaker sends, and encrypts, grows with the room."
    ),
    "sfu": (
        "A selective forwarding unit: each speaker sends once, to a node, which sends the packet on to everybody else as it is."
        " It decodes nothing, so it is quick and cheap; but each listener gets a stream for each speaker."
    ),
    "mcu": (
        "A multipoint control unit: a node decodes every voice, adds them up and encodes the mix, once for all who listen and once for"
        " each who speaks, without themselves. Everybody has one stream each way, however large the room; the mixing takes"
        " time."
    ),
}

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
    "connections",
    "speaker up",
    "speaker down",
    "listener down",
    "node",
    "per stream",
    "× UDP",
    "× plain aiortc",
    "× codec",
    "people",
    "works",
)


def html(report: Report) -> str:
    """A page without scripts and external files; light or dark as its reader prefers."""
    return "".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            "<title>Mesh, SFU, MCU · Roomtone lab</title>",
            f"<style>{STYLE.read_text(encoding='utf-8')}</style></head><body><main>",
            _head(report),
            _topologies(report),
            *(_plots(report, speakers) for speakers in report.plan.speakers),
            _numbers(report),
            method(report),
            "</main></body></html>\n",
        ]
    )


def _head(report: Report) -> str:
    verdicts = "".join(
        f'<li>{mark(topology)} <span class="{"" if report.stops_at(topology) is None else "bad"}">'
        f"{WORDS[topology]}</span> {escape(words)}</li>"
        for topology, words in ends(report)
    )
    warning = crowded(report)
    return (
        '<p class="caps">Roomtone lab</p><h1>Mesh, SFU, MCU: the same room on each</h1>'
        '<p class="lead">People sit down in a room and talk, through the same server each time. What changes between the'
        " measurements is only which way their voices go.</p>"
        f'<ul class="ends">{verdicts}</ul><p class="soft">{escape(CRITERION)}</p>'
        + (f'<p class="bad">{escape(warning)}</p>' if warning else "")
        + f'<p class="soft">{escape(report.made_at)} · {report.plan.duration:g} s each · PostgreSQL'
        f" {escape(str(report.machine['postgresql']))} · {report.machine['cores']} cores</p>"
    )


def _topologies(report: Report) -> str:
    items = "".join(
        f"<div><dt>{mark(name)} {escape(WORDS[name][:1].upper() + WORDS[name][1:])}</dt><dd>{EXPLAINED[name]}</dd></div>"
        for name in report.plan.topologies
    )
    return f"<h2>What is compared</h2><dl>{items}</dl>"


def _plots(report: Report, speakers: int) -> str:
    mine = [one for one in report.measurements if one.speakers == speakers]
    if not mine:
        return ""
    counts = sorted({one.listeners for one in mine})
    ends_of = (counts[0], counts[-1])

    def lines(value: Callable[[Measurement], float | None]) -> dict[str, Points]:
        found = {
            name: [
                (one.listeners, y)
                for one in mine
                if one.topology == name and (y := value(one)) is not None
            ]
            for name in report.plan.topologies
        }
        return {name: points for name, points in found.items() if points}

    codec = report.floors.codec.get(speakers, 0.0)

    def bits(y: float) -> str:
        return rate(y) if y >= 1000 else f"{y:.0f} bit/s"

    def drawn(
        title: str,
        value: Callable[[Measurement], float | None],
        say: Callable[[float], str],
        *,
        logarithmic: bool = False,
        floor: float | None = None,
    ) -> str:
        level = [] if floor is None else [(float(x), floor) for x in ends_of]
        return chart(
            title, lines(value), floor=level, logarithmic=logarithmic, say=say, of="listeners"
        )

    plots = [
        (
            "What a speaker sends",
            "Bits per second on the wire, logarithmic. In a mesh a speaker’s connection to the Internet transfers the voice once for each other"
            " person, and a phone’s uplink is soon full; to a node it goes once.",
            drawn("Uplink of a speaker", lambda m: m.links["speaker"].up, bits, logarithmic=True),
        ),
        (
            "What everybody gets",
            "Bits per second to a speaker, logarithmic. From an MCU it is one mix, however many speak; otherwise a stream for each"
            " other speaker. Those who only listen get one voice more.",
            drawn("Downlink", lambda m: m.links["speaker"].down, bits, logarithmic=True),
        ),
        (
            "Connections of a speaker",
            "Each takes a handshake to set up, and is kept alive. A node is one connection, however many are in the room.",
            drawn("Connections per speaker", lambda m: m.links["speaker"].connections, figure),
        ),
        (
            "From mouth to ear: half of the marks",
            "Milliseconds, the median. 26.5 of them are 20 ms of sound in a packet and what Opus looks ahead; the receiver’s own"
            " jitter buffer comes on top, in a browser 20 to 60 ms, the same for all. What an MCU adds is its jitter"
            " buffer, its clock, and a second Opus.",
            drawn(
                "Median delay", lambda m: m.delay.p50 if m.delay else None, lambda y: f"{y:g} ms"
            ),
        ),
        (
            "From mouth to ear: 95 of 100 marks",
            "The same for the late ones. Where this rises steeply, the node or the people’s processes no longer keep up.",
            drawn(
                "Delay, 95th percentile",
                lambda m: m.delay.p95 if m.delay else None,
                lambda y: f"{y:g} ms",
            ),
        ),
        (
            "The node’s processor",
            "Per cent of one core. An SFU’s grows with speakers times people, an MCU’s with the speakers, and a little with"
            f" whom it sends to. Dashed: libopus alone, to decode {speakers} voices and encode {speakers + 1} mixes.",
            drawn(
                "Processor of the node",
                lambda m: 100 * m.cost.node if m.sent else None,
                lambda y: f"{figure(y)}%",
                floor=100 * codec,
            ),
        ),
        (
            "Until a newcomer hears something",
            "Milliseconds from joining (the row in participants) to the first packet of a voice. In a mesh that is a handshake"
            " with each speaker, the first of which counts; on a node it is one.",
            drawn("First audio", lambda m: m.first_audio, lambda y: f"{y:g} ms"),
        ),
        (
            "The people’s processor",
            "Per cent of one core, of all people together. In a room of the world they would have a machine each; here they"
            " share this one, and where they run out of it, that says nothing of the topology.",
            drawn(
                "Processor of the people",
                lambda m: 100 * sum(m.cost.people),
                lambda y: f"{figure(y)}%",
            ),
        ),
    ]
    legend = "".join(
        f"<li>{mark(name)} {escape(WORDS[name])}</li>" for name in report.plan.topologies
    )
    figures = "".join(
        f"<figure><h3>{escape(title)}</h3><p>{escape(text)}</p>{drawing}</figure>"
        for title, text, drawing in plots
        if drawing
    )
    return (
        f'<h2>{speakers} people speak</h2><ul class="legend">{legend}</ul>'
        f'<div class="charts">{figures}</div>'
    )


def _numbers(report: Report) -> str:
    head = "".join(
        f'<th scope="col"{" class=name" if name == "topology" else ""}>{escape(name)}</th>'
        for name in HEADINGS
    )
    rows = "".join(_row(report, one) for one in report.measurements)
    skipped = "; ".join(
        f"{WORDS[topology]} with {crowd.speakers} + {crowd.listeners}"
        for topology, crowd in report.skipped
    )
    return (
        "<h2>The numbers</h2><p>Processor is per cent of one core; a node’s is what the room took, beyond what it takes with none."
        " Connections and bits are those of one person.</p>"
        '<div class="wide" tabindex="0" role="region" aria-label="All figures">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        + (
            f"<p>Not tried, because a smaller crowd was too many already: {escape(skipped)}.</p>"
            if skipped
            else ""
        )
    )


def _row(report: Report, one: Measurement) -> str:
    late, added, ratios = one.delay, report.added(one), report.ratios(one)
    speaker, listener = one.links.get("speaker"), one.links.get("listener")

    def ratio(name: str) -> str:
        value = ratios[name]
        return "–" if value is None else figure(value)

    cells = [
        WORDS[one.topology],
        *([milliseconds(v) for v in (late.p50, late.p95, late.p99)] if late else ["–"] * 3),
        "–" if added is None else f"{added:+.1f}",
        "–" if one.first_audio is None else milliseconds(one.first_audio),
        ratio("first_audio_to_mesh"),
        f"{one.loss:.2%}",
        f"{one.marks - one.marks_missed} of {one.marks}",
        "–" if speaker is None else figure(speaker.connections),
        "–" if speaker is None else rate(speaker.up),
        "–" if speaker is None else rate(speaker.down),
        "–" if listener is None else rate(listener.down),
        per_cent(one.cost.node) if one.sent else "–",
        "–" if one.per_stream is None else per_cent(one.per_stream),
        ratio("per_stream_to_udp"),
        ratio("per_stream_to_plain"),
        ratio("node_to_codec"),
        per_cent(sum(one.cost.people)),
    ]
    filled = "".join(
        f"<td{' class=name' if place == 0 else ''}>{escape(cell)}</td>"
        for place, cell in enumerate(cells)
    )
    words = "yes" if one.works else escape(f"no: {', '.join(one.faults)} ({one.ran_out} ran out)")
    return (
        f'<tr><th scope="row">{crowd_of(one)}</th>{filled}'
        f'<td class="{"" if one.works else "bad"}">{words}</td></tr>'
    )
