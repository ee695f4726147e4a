"""What the claims of a token may be (RFC 7519)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LATEST: Final = 253402300799  # the end of the year 9999, in seconds since 1970
BIGINT_MAX: Final = 2**63 - 1


def token_id(claims: Mapping[str, object]) -> str | None:
    """The token's `jti`, by which it can be revoked."""
    return str(claims["jti"]) if "jti" in claims else None


def names_a_user(subject: object) -> bool:
    text = str(subject)  # PyJWT accepts strings only (RFC 7519 section 4.1.2)
    return text.isascii() and text.isdecimal() and len(text) <= 19 and int(text) <= BIGINT_MAX


def is_time(value: object) -> bool:
    """Whether this is a NumericDate (RFC 7519 section 2). PyJWT also accepts text and numbers out of range."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value <= LATEST


def says(claims: Mapping[str, object], wanted: str) -> bool | None:
    """Whether a claim has this value, or a list with it: `groups=moderators`, `realm_access.roles=mod`. None without the claim."""
    path, _, value = wanted.partition("=")
    found: object = claims.get(path)
    if found is None:  # not a claim whose name has dots, but an object in an object
        found = claims
        for part in path.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    if found is None:
        return None
    return value in found if isinstance(found, list) else found == value
