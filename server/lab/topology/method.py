"""How it was measured, as the report explains it."""

from __future__ import annotations

from ...tools.number_format import figure
from ..quoted.wording import intervals, noise_method, order
from .figures import CROWDED, FULL
from .marks import BAND, EVERY, LONG
from .results import Report
from .wording import per_cent


def method(report: Report) -> dict[str, str]:
    """The last part of the page."""
    floors = report.floors
    codec = ", ".join(f"{per_cent(core)} for {n} speakers" for n, core in floors.codec.items())
    plain = "–" if floors.plain_delay is None else f"{floors.plain_delay:.0f} ms from mouth to ear"
    idle = ", ".join(f"{kind} {per_cent(core)}" for kind, core in report.idle.items()) or "–"
    return {
        "The people": (
            "Peers of roomtone.media, as bots are: each has a seat, follows the room’s log over HTTP, and connects by aiortc. They are in"
            " processes of their own, as many as there are cores. A voice is encoded once and sent to all who listen; what is"
            " heard is counted as it arrives, and decoded after the measurement, so hearing costs them less than it"
            " would a browser. Each measurement has a room of its own on the same relay, nodes and database."
        ),
        "Repetitions": order(
            report.plan.repetitions,
            report.plan.seed,
            "topology with each crowd",
            "each with a room of its own",
        )
        + " A crowd’s rounds follow each other, the smallest crowd first. A topology works with a crowd if it did in most of them.",
        "Intervals": intervals(report.plan.repetitions, "repetitions are drawn with replacement"),
        "The machine’s noise": noise_method(
            report.noise,
            "The floor, a bare forward of datagrams, has its turn in each round: a node’s noise is that of one stream, as often as streams leave it."
            " First audio and the people’s processor have no noise, and chance alone decides.",
            "delay",
        ),
        "Listeners of a mix": (
            "From the MCU and from an edge all get the same stream. But for three whose audio is decoded, they receive and do not decode, and decrypt only the first"
            " packet: of all others they read the header, by which loss is counted. So hundreds fit on one machine."
        ),
        "STOI": (
            "Short-time objective intelligibility (Taal and others, 2011), 0 to 1, the median of those whose audio is decoded, beside the marks as they"
            " were said: whether the loudness of 15 bands goes up and down as it did. A packet that is missing is not concealed here."
        ),
        "Delay": (
            f"Every {EVERY * 20} ms each speaker’s sound has a mark: {LONG * 20} ms of noise between {BAND[0]:g} and {BAND[1]:g} Hz that is like"
            " no other. The moment it begins is noted when it is spoken, as if by a microphone that hands over 20 ms at a"
            " time; three people’s packets are decoded and searched for it by correlation, which finds it within a sample or"
            " two, in a mix too. A sample is heard when its packet arrives: the jitter buffer of the receiver is not in it."
        ),
        "First audio": (
            "Three newcomers, one after the other, join to listen; the median of the time from the call of join_room to the"
            " first packet of a voice, signing in not included."
        ),
        "Bits and connections": (
            "Counted by aiortc’s transports: RTP, RTCP and DTLS, and 28 bytes of IP and UDP for each packet; not in it are ICE’s"
            " checks and signaling. Up to four people of each role and process are read."
        ),
        "Processor": (
            "User and system time of the node’s process, of one core, minus what it took with no room at all"
            f" ({idle}). A stream’s share has everything in it, receiving and reports too."
        ),
        "Lost, and marks": (
            "Packets whose numbers are missing at people who should have them, and everything of a voice that never came. Marks"
            " also tell of what a mix left out."
        ),
        "What ran out": (
            f"A process that needs {FULL:.0%} of a core cannot do more; when it is the node, the topology stops there. When it is the"
            f" people’s, or all cores together are {CROWDED:.0%} busy, the machine has too little for so many people, which says"
            " nothing of the topology: then the stopping point is this machine’s."
        ),
        "The floors": (
            f"A loop that receives datagrams and sends each to others takes {per_cent(floors.udp)} of a core for each stream and"
            f" {floors.udp_delay:.2f} ms. Encrypting a stream by libsrtp takes {per_cent(floors.protect)}. aiortc’s MediaRelay, nothing patched,"
            f" takes {per_cent(floors.plain)} for each of {floors.plain_streams} streams (it decodes and encodes each) and needs {plain}."
            f" libopus alone, decoding every voice and encoding a mix for each and one for all who listen, takes {codec}."
            f" A node’s stream to a bare one: {_best(report)}."
        ),
    }


def _best(report: Report) -> str:
    found = [
        ratio
        for one in report.results
        if one.works and (ratio := report.ratios(one)["per_stream_to_udp"]) is not None
    ]
    return f"{figure(min(found))} times" if found else "not measured"
