"""Texts that the table and the report share."""

from __future__ import annotations

from typing import Final

from ...tools.chart import Series
from ...tools.number_format import figure
from .plan import LATE, LOSS, MISSED

SERIES: Final = {
    "mesh": Series("mesh", "square"),
    "sfu": Series("SFU", "circle"),
    "mcu": Series("MCU", "diamond"),
    "edge": Series("edge", "triangle"),
    "videoroom": Series("VideoRoom", "cross"),
    "audiobridge": Series("AudioBridge", "wedge"),
}

EXPLAINED: Final = {
    "mesh": (
        "Each participant has a connection with each speaker, and each speaker sends their voice to each listener over a connection"
        " of its own. No server forwards audio. What a speaker sends, and encrypts, grows with the room."
    ),
    "sfu": (
        "A selective forwarding unit: each speaker sends once, to a node, which sends the packet on to all other participants as it is."
        " It decodes nothing, so it is quick and cheap; but each listener gets a stream for each speaker."
    ),
    "mcu": (
        "A multipoint control unit: a node decodes every voice, adds them up and encodes the mix, once for all who listen and once for"
        " each who speaks, without themselves. Each participant has one stream each way, however large the room; the mixing takes"
        " time."
    ),
    "edge": (
        "The stage is on the MCU, and all who only listen get its mix from an edge: a Janus WebRTC server, which a process of ours leads. The"
        " figures of the node are those of all three processes."
    ),
    "videoroom": (
        "Another project’s SFU: the VideoRoom plugin of a Janus WebRTC server. The same people send it the same voices, by its own API. A speaker has two"
        " connections with it, one to send and one to receive."
    ),
    "audiobridge": (
        "Another project’s mixer: the AudioBridge plugin of a Janus WebRTC server. It encodes a mix for each participant, for those who only listen, too."
    ),
}

CRITERION: Final = (
    f"A topology works with a crowd if all participants hear all speakers, at most {LOSS:.0%} of the packets and {MISSED:.0%} of the"
    f" marks are missing, and 95 of 100 marks are heard within {1000 * LATE:.0f} ms (ITU-T G.114)."
)


def per_cent(share: float) -> str:
    """Of a core: 12%, 0.18%."""
    return f"{figure(100 * share)}%"


def rate(bits: float) -> str:
    """Bits per second: 81 kbit/s, 3.2 Mbit/s."""
    return f"{figure(bits / 1e6)} Mbit/s" if bits >= 1e6 else f"{figure(bits / 1e3)} kbit/s"
