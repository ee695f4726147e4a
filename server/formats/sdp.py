"""Session descriptions (RFC 8866) as far as WHIP and WHEP need them: one line of audio, and no for all others.

Broadcasting programs offer video, too. A node carries audio, so it is given an offer with the audio alone, and its answer
is completed with a rejection (port 0: RFC 3264, section 6) of each of the others, in the order of the offer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

Direction = Literal["sendonly", "recvonly"]

SHARED: Final = ("ice-ufrag", "ice-pwd", "fingerprint", "tls-id", "setup", "ice-options")
"""Attributes of the transport, which a bundle's tagged section has for all (RFC 9143, section 7.1.3)."""

DIRECTIONS: Final = ("sendrecv", "sendonly", "recvonly", "inactive")

INHERITED: Final = (*SHARED, "end-of-candidates", "extmap", "extmap-allow-mixed", "direction")
"""Attributes that the session may have for all sections that do not have them (RFC 8839, 5; 8840, 8.2; 8842, 5; 8122, 5; 8285, 6; 8866, 6.7)."""

_DIRECTION: Final = re.compile(rf"^a=({'|'.join(DIRECTIONS)})\r$", re.MULTILINE)


class UnusableSdp(Exception):
    """What was sent is no description, or not of what a room carries; in words."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a node is offered: `sdp` has one audio section. `sections` are the m= lines and mids of the whole offer, `audio` which is it."""

    sdp: str
    sections: tuple[tuple[str, str | None], ...]
    audio: int


def audio_of(sdp: str, direction: Direction) -> Offer:
    """The offer's first audio section as an offer of its own, in this direction. Raises UnusableSdp."""
    head, *media = _split(inherited(sdp))
    if not head.startswith("v=0\r\n") or not media:
        raise UnusableSdp("this is no session description")
    index = next((n for n, section in enumerate(media) if section.startswith("m=audio ")), None)
    if index is None:
        raise UnusableSdp("a room carries audio, and this offer has none")
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
    """The same description with what its session says for all sections written in each of them.

    What a section says itself wins. aiortc reads some of these attributes at the session and forgets others, so everything
    that reads a stranger's description reads this.
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
    """The node's answer, with a rejection of every section it was not offered."""
    head, *media = _split(answer)
    if len(media) != 1:
        raise UnusableSdp("the answer is not to this offer")
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
    """The candidates of an SDP fragment (RFC 8840, section 9), as RTCIceCandidateInit for the node's one line. Raises UnusableSdp."""
    lines = fragment.splitlines()
    if not lines or not all(re.match(r"[am]=\S", line) for line in lines if line):
        raise UnusableSdp("this is no SDP fragment")
    return [
        {"candidate": line.removeprefix("a="), "sdpMLineIndex": 0}
        for line in lines
        if line.startswith("a=candidate:")
    ]


def _split(sdp: str) -> list[str]:
    """What comes before the first m= line, and the sections that begin with one; lines end with CRLF."""
    lines = [line for line in sdp.splitlines() if line]
    return re.split(r"^(?=m=)", "".join(f"{line}\r\n" for line in lines), flags=re.MULTILINE)


def _mid(section: str) -> str | None:
    found = re.search(r"^a=mid:(\S+)", section, re.MULTILINE)
    return found and found[1]


def _name(line: str) -> str | None:
    """The attribute of a line; all four directions are one."""
    if not line.startswith("a="):
        return None
    name = line[2:].rstrip("\r\n").partition(":")[0]
    return "direction" if name in DIRECTIONS else name


def _tagged(head: str, media: list[str]) -> str:
    """The section that speaks for its bundle: the first that the group names (RFC 9143, section 7.2.1)."""
    group = re.search(r"^a=group:BUNDLE (\S+)", head, re.MULTILINE)
    return next((each for each in media if group and _mid(each) == group[1]), media[0])


def _transport(tagged: str, *, besides: str) -> list[str]:
    """What the bundle's tagged section says for all, as far as this one does not say it itself."""
    own = {_name(line) for line in besides.splitlines(keepends=True)}
    wanted = set(SHARED) - own
    if "candidate" not in own:
        wanted |= {"candidate", "end-of-candidates"}
    return [line for line in tagged.splitlines(keepends=True) if _name(line) in wanted]
