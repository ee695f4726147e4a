"""The `Prefer` header (RFC 7240) and content negotiation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from starlette.datastructures import Headers

from ..negotiation import by_quality
from ..problem import Problem, refusal
from .selection import not_offered
from .statement import Resolution

ARRAY = "application/json"
OBJECT = "application/vnd.pgrst.object+json"
STRIPPABLE_ARRAY = "application/vnd.pgrst.array+json"
_WITHOUT_SUFFIX = {kind.removesuffix("+json"): kind for kind in (OBJECT, STRIPPABLE_ARRAY)}
PROFILES = frozenset({"roomtone", "public"})  # PostgREST's clients send `public` by default

_WILDCARDS = frozenset({"*/*", "application/*"})
_KNOWN: dict[str, frozenset[str]] = {
    "return": frozenset({"minimal", "headers-only", "representation"}),
    "resolution": frozenset({"merge-duplicates", "ignore-duplicates"}),
    "count": frozenset({"exact"}),
    "missing": frozenset({"default", "null"}),
    "handling": frozenset({"strict", "lenient"}),
    "refusal": frozenset({"quiet"}),
}
_ESTIMATES = frozenset({"planned", "estimated"})


@dataclass(frozen=True, slots=True)
class Preferences:
    """The preferences that are applied. `applied` is the value of `Preference-Applied`."""

    answer: Literal["minimal", "headers-only", "representation"] = "minimal"
    resolution: Resolution | None = None
    count: bool = False
    missing: Literal["default", "null"] | None = None
    max_affected: int | None = None
    timezone: str | None = None
    applied: str = ""

    def without(self, name: str) -> Preferences:
        """Without this one, which cannot be applied."""
        kept = (item for item in self.applied.split(", ") if not item.startswith(f"{name}="))
        return replace(self, applied=", ".join(kept))


@dataclass(frozen=True, slots=True)
class Accepted:
    """The shape of the answer: an array, or with `single` exactly one object."""

    single: bool = False
    strip_nulls: bool = False

    @property
    def media_type(self) -> str:
        """For Content-Type."""
        kind = OBJECT if self.single else STRIPPABLE_ARRAY if self.strip_nulls else ARRAY
        return f"{kind}{';nulls=stripped' if self.strip_nulls else ''}; charset=utf-8"


def preferences(headers: Headers) -> Preferences:
    """Parse every Prefer header. The first of several values for one preference counts (RFC 7240, 2).

    PostgreSQL decides which time zones there are. Raises Problem PGRST127 for a count that the planner would estimate,
    and with `handling=strict` PGRST122 for one that is unknown.
    """
    found: dict[str, str] = {}
    refused: list[str] = []
    for item in ",".join(headers.getlist("prefer")).split(","):
        name, _, value = (part.strip().strip('"') for part in item.partition("="))
        if not name:
            continue
        known = (
            value in _KNOWN.get(name, ())
            or (name == "max-affected" and _is_small(value))
            or name == "timezone"
        )
        if name == "count" and value in _ESTIMATES:
            raise not_offered(
                f"count={value}, whose estimate counts rows that the user may not see",
                hint="Prefer: count=exact counts the rows.",
            )
        if known:
            found.setdefault(name, value)
        else:
            refused.append(item.strip()[:60])
    strict = found.get("handling") == "strict"
    if strict and refused:
        raise refusal("PGRST122", f"these preferences are unknown: {', '.join(refused)}")
    if not strict:
        found.pop("max-affected", None)
    max_affected = found.get("max-affected")
    return Preferences(
        answer=found.get("return", "minimal"),  # type: ignore[arg-type] # checked against _KNOWN
        resolution=found.get("resolution"),  # type: ignore[arg-type] # checked against _KNOWN
        count="count" in found,
        missing=found.get("missing"),  # type: ignore[arg-type] # checked against _KNOWN
        max_affected=None if max_affected is None else int(max_affected),
        timezone=found.get("timezone"),
        applied=", ".join(f"{name}={value}" for name, value in found.items()),
    )


def accepted(headers: Headers) -> Accepted:
    """Choose the answer's media type (RFC 9110, 12.5.1). Raises Problem PGRST107."""
    header = headers.get("accept", "").strip()
    if not header:
        return Accepted()
    for named, rest, quality in by_quality(header):
        if quality == 0:
            break
        kind, strip = _WITHOUT_SUFFIX.get(named, named), "nulls=stripped" in rest
        if kind == OBJECT:
            return Accepted(single=True, strip_nulls=strip)
        if kind == STRIPPABLE_ARRAY:
            return Accepted(strip_nulls=strip)
        if kind == ARRAY or kind in _WILDCARDS:
            return Accepted()
    raise refusal(
        "PGRST107",
        f"none of these media types is offered: {header[:100]}",
        hint=f"There are {ARRAY} and {OBJECT}.",
    )


def check_profile(headers: Headers, *, writes: bool) -> None:
    """Refuse schemas other than `roomtone`: Problem PGRST106."""
    profile = headers.get("content-profile" if writes else "accept-profile")
    if profile is not None and profile not in PROFILES:
        raise refusal(
            "PGRST106",
            f"schema {profile[:60]!r} is not served here",
            hint="The only schema is roomtone.",
        )


def check_content_type(headers: Headers) -> None:
    """Refuse a body that is compressed, or whose Content-Type is not JSON: Problem 415."""
    coding = headers.get("content-encoding", "identity").strip().lower()
    if coding != "identity":
        raise Problem(
            415,
            "PGRST107",
            f"the body may not be compressed ({coding[:60]})",
            hint="Send it without Content-Encoding.",
            headers={"Accept-Encoding": "identity"},  # RFC 9110, 12.5.3
        )
    kind = headers.get("content-type", ARRAY).partition(";")[0].strip().lower()
    if kind != ARRAY:
        raise Problem(
            415,
            "PGRST107",
            f"the body must be {ARRAY}, not {kind[:60]}",
            hint="With curl: --json '{…}', or -H 'Content-Type: application/json'.",
        )


def _is_small(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10
