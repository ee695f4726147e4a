"""Session descriptions (RFC 8866) for WHIP and WHEP: one audio section is used, all other media sections are rejected.

Broadcasting programs offer video, too. A node accepts audio only. So it gets an offer with the audio section alone, and
each other section is rejected in its answer (port 0: RFC 3264, section 6), in the order of the offer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

Direction = Literal["sendonly", "recvonly"]

SHARED: Final = ("ice-ufrag", "ice-pwd", "fingerprint", "tls-id", "setup", "ice-options")
"""Attributes of the transport. In a bundle, the tagged section has them for all sections (RFC 9143, section 7.1.3)."""

DIRECTIONS: Final = ("sendrecv", "sendonly", "recvonly", "inactive")

INHERITED: Final = (*SHARED, "end-of-candidates", "extmap", "extmap-allow-mixed", "direction")
"""Attributes of the session level that apply to media sections without their own (RFC 8839, 5; 8840, 8.2; 8842, 5; 8122, 5; 8285, 6; 8866, 6.7)."""

_DIRECTION: Final = re.compile(rf"^a=({'|'.join(DIRECTIONS)})\r$", re.MULTILINE)


class UnusableSdp(Exception):
    """The text is not a session description, or not one that a room can use. The message says why."""


@dataclass(frozen=True, slots=True)
class Offer:
    """The offer for a node: `sdp` has one audio section. `sections` are the m= lines and mids of the whole offer, `audio` its index."""

    sdp: str
    sections: tuple[tuple[str, str | None], ...]
    audio: int


def audio_of(sdp: str, direction: Direction) -> Offer:
    """The offer's first audio section as an offer of its own, in this direction. Raises UnusableSdp."""
    head, *media = _split(inherited(sdp))
    if not head.startswith("v=0\r\n") or not media:
        raise UnusableSdp("this is not a session description")
    index = next((n for n, section in enumerate(media) if section.startswith("m=audio ")), None)
    if index is None:
        raise UnusableSdp("this offer has no audio, and rooms are for audio")
    section = media[index]
    offered = _DIRECTION.search(section)
    if (offered[1] if offered else "sendrecv") not in ("sendrecv", direction):
        raise UnusableSdp(f"the audio of this offer is {offered and offered[1]}, not {direction}")
    section = _DIRECTION.sub("", section).replace("a=bundle-only\r\n", "").replace("\n\n", "\n")
    section = re.sub(r"^m=audio \d+ ", "m=audio 9 ", section) + f"a={direction}\r\n"
    mid = _mid(section)
    section += "".join(_transport(_tagged(head, media), besides=section))
    # The node is the passive end of DTLS (RFC 8842): as a client it takes no RSA certificate, which GStreamer has.
    section = section.replace("a=setup:actpass\r\n", "a=setup:active\r\n")
    group = "" if mid is None else f"a=group:BUNDLE {mid}\r\n"
    head = "".join(
        line for line in head.splitlines(keepends=True) if not line.startswith("a=group:")
    )
    sections = tuple((each.split("\r\n", 1)[0], _mid(each)) for each in media)
    return Offer(head + group + section, sections, index)


def inherited(sdp: str) -> str:
    """The same description with the attributes of the session level copied into each media section.

    A section's own attributes have priority. aiortc reads only some attributes at the session level, so every remote
    description is read in this form.
    """
    head, *media = _split(sdp)
    lines = head.splitlines(keepends=True)
    shared = [line for line in lines if _name(line) in INHERITED]
    kept = [line for line in lines if line not in shared]
    sections = []
    for section in media:
        own = {_name(line) for line in section.splitlines(keepends=True)}
        sections.append(section + "".join(line for line in shared if _name(line) not in own))
    return "".join((*kept, *sections))


def completed(answer: str, offer: Offer) -> str:
    """The node's answer, with a rejection of every section that the node did not get."""
    head, *media = _split(answer)
    if len(media) != 1:
        raise UnusableSdp("the answer does not match the offer")
    parts = [head]
    for index, (line, mid) in enumerate(offer.sections):
        if index == offer.audio:
            parts.append(media[0])
            continue
        kind, _port, rest = line.split(" ", 2)
        named = "" if mid is None else f"a=mid:{mid}\r\n"
        parts.append(f"{kind} 0 {rest}\r\nc=IN IP4 0.0.0.0\r\na=inactive\r\n{named}")
    return "".join(parts)


def candidates_of(fragment: str) -> list[dict[str, object]]:
    """The candidates of an SDP fragment (RFC 8840, section 9), as RTCIceCandidateInit for the node's one media section. Raises UnusableSdp."""
    lines = [line for line in fragment.splitlines() if line]
    if not lines or not all(re.match(r"[am]=\S", line) for line in lines):
        raise UnusableSdp("this is not an SDP fragment")
    return [
        {"candidate": line.removeprefix("a="), "sdpMLineIndex": 0}
        for line in lines
        if line.startswith("a=candidate:")
    ]


def ice_names_of(sdp: str) -> frozenset[str]:
    """The names of the ICE sessions (`ice-ufrag`) in a description or a fragment."""
    return frozenset(re.findall(r"^a=ice-ufrag:(\S+)", sdp, re.MULTILINE))


def _split(sdp: str) -> list[str]:
    """The session level, and the media sections. Lines end with CRLF."""
    lines = [line for line in sdp.splitlines() if line]
    return re.split(r"^(?=m=)", "".join(f"{line}\r\n" for line in lines), flags=re.MULTILINE)


def _mid(section: str) -> str | None:
    found = re.search(r"^a=mid:(\S+)", section, re.MULTILINE)
    return found and found[1]


def _name(line: str) -> str | None:
    """The name of the attribute on this line; `direction` for all four directions."""
    if not line.startswith("a="):
        return None
    name = line[2:].rstrip("\r\n").partition(":")[0]
    return "direction" if name in DIRECTIONS else name


def _tagged(head: str, media: list[str]) -> str:
    """The tagged section of the bundle: the first one that the group names (RFC 9143, section 7.2.1)."""
    group = re.search(r"^a=group:BUNDLE (\S+)", head, re.MULTILINE)
    return next((each for each in media if group and _mid(each) == group[1]), media[0])


def _transport(tagged: str, *, besides: str) -> list[str]:
    """The transport attributes of the tagged section that this section does not have."""
    own = {_name(line) for line in besides.splitlines(keepends=True)}
    wanted = set(SHARED) - own
    if "candidate" not in own:
        wanted |= {"candidate", "end-of-candidates"}
    return [line for line in tagged.splitlines(keepends=True) if _name(line) in wanted]
