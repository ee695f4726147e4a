"""Session descriptions for a viewer who offered, although Janus 1.1.2 always offers: each side gets the other's offer as the answer to its own.

Both descriptions are made anew, of what a transport and one stream of Opus need. Everything optional (header extensions, feedback) is left
out, because the two sides number it differently. The two begin ICE in the same role, which RFC 8445, 7.3.1.1 resolves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ..node.viewers import ViewerRefused
from ..node_rules import MIX

DYNAMIC: Final = {*range(35, 64), *range(96, 128)}
"""Payload types that a session may give to any codec (RFC 3551, 6; RFC 5761, 4)."""

LONGEST_PACKET: Final = 60  # ms, as the mix is sent to edges
OTHER_END: Final = {"active": "passive", "passive": "active", "actpass": "passive"}
"""Of the offer's `a=setup` (RFC 8842, 5.3): what the answer says. Janus is the passive end if the viewer has no wish."""


@dataclass(frozen=True, slots=True)
class OfferedStream:
    """What the viewer offered: the section of audio alone, as `formats/sdp.py` makes it."""

    mid: str
    payload_type: int
    """Of Opus. The viewer is sent this one, whatever the mountpoint has."""

    setup: str
    _transport: str

    def as_answer(self, offer: str) -> str:
        """The answer to Janus's offer."""
        return _description(
            _found(r"^(o=.*)", offer),
            _found(r"^a=mid:(\S+)", offer),
            int(_found(r"^m=audio \d+ \S+ (\d+)", offer)),
            "recvonly",
            "passive" if self.setup == "passive" else "active",
            f"a=ice-options:trickle\r\n{self._transport}",
        )

    def answered_by(self, offer: str) -> str:
        """The answer for the viewer, with Janus's offer."""
        source = _lines(offer, "ssrc") + f"a=msid:{MIX} {MIX}\r\n"
        return _description(
            _found(r"^(o=.*)", offer),
            self.mid,
            self.payload_type,
            "sendonly",
            OTHER_END[self.setup],
            _transport(offer) + source,
        )


def offered_stream(offer: str) -> OfferedStream:
    """Read a viewer's offer. Raises ViewerRefused if Janus cannot serve it."""
    opus = re.search(r"^a=rtpmap:(\d+) opus/48000/2\s*$", offer, re.MULTILINE | re.IGNORECASE)
    if opus is None or int(opus[1]) not in DYNAMIC:
        raise ViewerRefused("it offers no Opus, or with a number of something else")
    if "\r\na=rtcp-mux\r\n" not in offer:
        raise ViewerRefused("its RTCP has another port")
    longest = re.search(r"^a=maxptime:(\d+)", offer, re.MULTILINE)
    if longest is not None and int(longest[1]) < LONGEST_PACKET:
        raise ViewerRefused(f"its packets have {longest[1]} ms at most")
    setup = _found(r"^a=setup:(\S+)", offer)
    if setup not in OTHER_END:
        raise ViewerRefused(f"a=setup:{setup} is no way to begin")
    return OfferedStream(_found(r"^a=mid:(\S+)", offer), int(opus[1]), setup, _transport(offer))


def _description(
    origin: str, mid: str, payload_type: int, direction: str, setup: str, more: str
) -> str:
    return (
        f"v=0\r\n{origin}\r\ns=-\r\nt=0 0\r\na=group:BUNDLE {mid}\r\n"
        f"m=audio 9 UDP/TLS/RTP/SAVPF {payload_type}\r\nc=IN IP4 0.0.0.0\r\na={direction}\r\na=mid:{mid}\r\na=rtcp-mux\r\n"
        f"a=rtpmap:{payload_type} opus/48000/2\r\na=setup:{setup}\r\n{more}"
    )


def _transport(sdp: str) -> str:
    """ICE and DTLS of a description with one section. Raises ViewerRefused."""
    fingerprint = _found(
        r"^(a=fingerprint:sha-256 [0-9A-Fa-f:]+)$", sdp
    )  # Janus knows no longer ones
    names = [_found(rf"^(a=ice-{name}:\S+)$", sdp) for name in ("ufrag", "pwd")]
    candidates = _lines(sdp, "candidate") + _lines(sdp, "end-of-candidates")
    return "".join(f"{line}\r\n" for line in (*names, fingerprint)) + candidates


def _lines(sdp: str, name: str) -> str:
    found = re.findall(rf"^a={name}(?::.*)?$", sdp.replace("\r", ""), re.MULTILINE)
    return "".join(f"{line}\r\n" for line in found)


def _found(pattern: str, sdp: str) -> str:
    found = re.search(pattern, sdp.replace("\r", ""), re.MULTILINE)
    if found is None:
        raise ViewerRefused(f"it has no line like {pattern}")
    return found[1]
