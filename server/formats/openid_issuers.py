"""OpenID Connect issuers as an operator writes them: TOML with a table for each.

```toml
[staff]                             # its name in our addresses: /session/openid/staff
title = "Example Company"           # on the button "Sign in with Example Company"
issuer = "https://login.example.com/realms/staff"
client_id = "roomtone"
client_secret = "…"
```
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from itertools import combinations
from typing import Any, Final
from urllib.parse import urlsplit

from .loopback import protected

NAME: Final = re.compile(r"[a-z0-9-]{1,40}", re.ASCII)
MOST_ISSUERS: Final = 20


@dataclass(frozen=True, kw_only=True)
class OpenidIssuer:
    """One issuer.

    `audience` is what access tokens that bots and WHIP programs send must name in `aud`; without it, none counts: an ID token
    names the client id in its `aud`, and signs nobody in. `moderators` is a claim and a value
    (`groups=moderators`): who has it is a site moderator. `new_users`: unknown subjects become users at first sight.
    `check_seconds`: how often the issuer is asked, by the refresh token, whether a session may go on.
    """

    name: str
    issuer: str
    client_id: str
    client_secret: str | None = None
    title: str = ""
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    audience: str | None = None
    moderators: str | None = None
    new_users: bool = True
    check_seconds: float = 300.0

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError("a name has small letters, digits and hyphens only")
        address = urlsplit(self.issuer)
        if protected(self.issuer, "issuer") and address.query:
            raise ValueError("issuer must be an address without a query")
        if not self.client_id:
            raise ValueError("client_id is missing")
        if "openid" not in self.scopes:
            raise ValueError("scopes must have openid")
        if self.moderators is not None and not all(self.moderators.partition("=")):
            raise ValueError("moderators must be a claim and a value: groups=moderators")
        if not 1 <= self.check_seconds <= 86400:
            raise ValueError("check_seconds must be from 1 to 86400")
        object.__setattr__(self, "title", self.title or address.hostname)


def all_different(issuers: tuple[OpenidIssuer, ...]) -> tuple[OpenidIssuer, ...]:
    """These issuers. Raises ValueError if two share a name or an address: a token would not say whose rules hold for it."""
    for one, other in combinations(issuers, 2):
        if one.name == other.name:
            raise ValueError(f"there are two issuers with the name {one.name}")
        if one.issuer == other.issuer:
            raise ValueError(f"{one.name} and {other.name} have the same issuer")
    return issuers


def one_issuer(
    address: str | None, client_id: str | None, client_secret: str | None
) -> OpenidIssuer | None:
    """The issuer at this address, with the default of everything else; None without an address. Raises ValueError."""
    if address is None:
        return None
    return OpenidIssuer(
        name="openid", issuer=address, client_id=client_id or "", client_secret=client_secret
    )


def openid_issuers(text: str) -> tuple[OpenidIssuer, ...]:
    """The issuers in this text. Raises ValueError, whose text quotes no secret."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"this is not TOML: {str(error).rpartition('(')[2].rstrip(')')}") from None
    if len(document) > MOST_ISSUERS:
        raise ValueError(f"more than {MOST_ISSUERS} issuers")
    return tuple(_issuer(name, table) for name, table in document.items())


def _issuer(name: str, table: Any) -> OpenidIssuer:
    if not isinstance(table, dict):
        raise ValueError(f"{name} is no table; each issuer begins with a line like [{name}]")
    for key, value in table.items():
        kind = KINDS.get(key)
        if kind is None:
            raise ValueError(f"{name}: unknown key {key}; there are {', '.join(KINDS)}")
        if type(value) not in kind:
            raise ValueError(f"{name}: {key} has the wrong type")
    if missing := [key for key in ("issuer", "client_id") if key not in table]:
        raise ValueError(f"{name}: {missing[0]} is missing")
    if not all(isinstance(scope, str) for scope in table.get("scopes", ())):
        raise ValueError(f"{name}: scopes must be texts")
    given = {**table, "scopes": tuple(table.get("scopes", SCOPES))}
    try:
        return OpenidIssuer(name=name, **given)
    except ValueError as error:
        raise ValueError(f"{name!r:.100}: {error}") from None


KINDS: Final[dict[str, tuple[type, ...]]] = {
    field.name: (str,) for field in fields(OpenidIssuer) if field.name != "name"
} | {"scopes": (list,), "new_users": (bool,), "check_seconds": (int, float)}
"""The keys of a table, and the types of their values."""

SCOPES: Final = ("openid", "profile", "email")
