"""Which candidates of a peer aiortc or Janus gets: those that a `Reach` allows, up to a limit."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from ipaddress import ip_interface
from typing import Any, Final

import aioice.ice
import ifaddr
from aiortc import RTCIceCandidate
from aiortc.sdp import candidate_from_sdp, candidate_to_sdp

from ..formats.media_addresses import Interface, Reach
from ..formats.sdp import inherited

DESCRIPTION_LIMIT: Final = 65_536  # characters; one with forty media sections has 30,000
CANDIDATES_LIMIT: Final = 100  # of one connection; ICE sends checks to each
CANDIDATE_LENGTH_LIMIT: Final = 512  # characters
FOUNDATION: Final = re.compile("[A-Za-z0-9+/]{1,32}")  # RFC 8839, 5.1

log = logging.getLogger(__name__)


class Candidates:
    """The candidates of one connection, in descriptions and after them. A repeated one counts once."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._here = interfaces()
        self._accepted: set[tuple[str, int]] = set()

    def filter_sdp(self, sdp: str) -> str:
        """A description for aiortc or Janus: with complete media sections, and only candidates that may be used. Raises ValueError."""
        if len(sdp) > DESCRIPTION_LIMIT:
            raise ValueError(f"it has {len(sdp)} characters, more than {DESCRIPTION_LIMIT}")
        kept, refused = [], False
        for line in inherited(sdp).splitlines():
            name, _, value = line.partition(":")
            match (
                name.lower().removeprefix("a=").strip()
            ):  # Janus compares names without regard to case
                case "candidate":
                    if (candidate := self._candidate_of(value)) is not None:
                        # Written anew, as it was read here: Janus, for example, separates words in another way.
                        kept.append(f"a=candidate:{candidate_to_sdp(candidate)}")
                    else:
                        refused = True
                case "end-of-candidates":
                    kept.append("a=end-of-candidates")
                case _:
                    kept.append(line)
        if refused:
            # Checks may come from other addresses (RFC 8445, 7.3.1.3). At the end of the candidates aioice would not wait for them.
            kept = [line for line in kept if line != "a=end-of-candidates"]
        return "".join(f"{line}\r\n" for line in kept)

    def parse(self, body: object) -> list[RTCIceCandidate]:
        """Those of the signaled candidates (one RTCIceCandidateInit, or a list) that may be used."""
        found = []
        for each in (body if isinstance(body, list) else [body])[:CANDIDATES_LIMIT]:
            if isinstance(each, Mapping) and (candidate := self._signaled(each)) is not None:
                found.append(candidate)
        return found

    def _signaled(self, init: Mapping[str, Any]) -> RTCIceCandidate | None:
        text = init.get("candidate")
        candidate = (
            self._candidate_of(text.removeprefix("candidate:")) if isinstance(text, str) else None
        )
        if candidate is not None:
            mid, index = init.get("sdpMid"), init.get("sdpMLineIndex")
            candidate.sdpMid = mid if isinstance(mid, str) else None
            candidate.sdpMLineIndex = index if isinstance(index, int) else None
            if candidate.sdpMid is None and candidate.sdpMLineIndex is None:
                candidate.sdpMLineIndex = 0
        return candidate

    def _candidate_of(self, text: str) -> RTCIceCandidate | None:
        """None for a candidate that may not be used or cannot be read."""
        if not text.strip() or len(text) > CANDIDATE_LENGTH_LIMIT:
            return None
        try:
            candidate = candidate_from_sdp(text.strip())
        except (ValueError, IndexError, AssertionError):
            return None
        if not FOUNDATION.fullmatch(candidate.foundation) or not 0 < candidate.priority < 1 << 32:
            return None  # Janus would cut it, and take the rest for the next word
        if candidate.component != 1:
            return None  # RTCP uses the port of RTP (RFC 8834, 4.5)
        why = self._reach.refusal(candidate.ip, candidate.port, candidate.protocol, self._here)
        address = (candidate.ip, candidate.port)
        if (
            why is None
            and address not in self._accepted
            and len(self._accepted) >= CANDIDATES_LIMIT
        ):
            why = f"more than {CANDIDATES_LIMIT} candidates"
        if why is not None:
            log.info("a candidate is not used: %s", why)
            return None
        self._accepted.add(address)
        return candidate


def interfaces() -> tuple[Interface, ...]:
    """This machine's addresses, with their networks; loopback ones only where connections are made from them."""
    used = set(aioice.ice.get_host_addresses(use_ipv4=True, use_ipv6=True))
    found = (
        (ip.ip if isinstance(ip.ip, str) else ip.ip[0], ip.network_prefix)
        for adapter in ifaddr.get_adapters()
        for ip in adapter.ips
    )
    return tuple(
        address
        for ip, prefix in found
        if not (address := ip_interface(f"{ip}/{prefix}")).is_loopback or ip in used
    )
