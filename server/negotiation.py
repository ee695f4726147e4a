"""What a client accepts (RFC 9110, 12.5.1), the ETag of an answer (8.8.3), and which versions it has already (13.1.2)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Final

from starlette.datastructures import Headers

_QUALITY: Final = re.compile(r"q=[01](\.[0-9]{0,3})?")


def by_quality(header: str) -> list[tuple[str, list[str], float]]:
    """The media types of `Accept`, each with its parameters and quality, the most wanted first. Those of quality 0 are the last."""
    found: list[tuple[str, list[str], float]] = []
    for item in header.split(","):
        kind, *rest = (part.strip().lower() for part in item.split(";"))
        quality = next((part[2:] for part in rest if _QUALITY.fullmatch(part)), "1")
        found.append((kind, rest, float(quality)))
    found.sort(key=lambda each: each[2], reverse=True)
    return found


def qualities(headers: Headers) -> Mapping[str, float]:
    """How much each media type is wanted that the client names; `*/*` where it names none."""
    named = by_quality(headers.get("accept", "").strip() or "*/*")
    return {kind: quality for kind, _, quality in reversed(named)}


def accepts(headers: Headers, kind: str) -> bool:
    """Whether the client takes this media type: the most exact range that includes it decides."""
    named = qualities(headers)
    ranges = (kind, f"{kind.partition('/')[0]}/*", "*/*")
    return next((named[each] for each in ranges if each in named), 0) > 0


def etag_of(content: bytes) -> str:
    """A strong ETag of these bytes."""
    return f'"{hashlib.sha256(content).hexdigest()[:16]}"'


def has_version(headers: Headers, etag: str) -> bool:
    """Whether the client has this version already, by `If-None-Match`."""
    known = headers.get("if-none-match", "").split(",")
    return bool({etag, "*"} & {each.strip().removeprefix("W/") for each in known})
