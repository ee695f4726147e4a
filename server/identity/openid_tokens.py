"""Tokens that an OpenID Connect issuer sends by others: access tokens of programs, and logout tokens."""

from __future__ import annotations

import time
from typing import Any, Final

import jwt

from ..formats.openid_issuers import OpenidIssuer
from ..problem import Problem
from ..types import Claims
from .claims import is_time
from .jwks import UnknownKey
from .openid_provider import Provider
from .tokens import CLOCK_SKEW_S, token_refused

LOGOUT: Final = "http://schemas.openid.net/event/backchannel-logout"
OF_ID_TOKENS: Final = {"nonce", "at_hash", "c_hash"}  # OpenID Connect Core, 2 and 3.3.2.11
LONGEST_LOGOUT_S: Final = 86400  # so long each logout token is remembered at most


class NoLogoutToken(Exception):
    """This is no logout token of the issuer for us."""


def access_claims(provider: Provider, settings: OpenidIssuer, token: str) -> Claims:
    """The claims of an access token that names our audience (RFC 9068, 4). Raises Problem 401, 503."""
    if not settings.audience:
        raise token_refused(
            "PGRST303",
            "access tokens of this issuer do not count here: the operator has set no audience for them",
        )
    try:
        claims, header = provider.signed_by_known_key(token)
    except UnknownKey as unknown:
        if unknown.being_fetched:
            raise Problem(503, "08006", "the issuer's keys are being read; try again") from None
        raise token_refused("PGRST301", "the issuer has no such key") from None
    except (jwt.PyJWTError, ValueError, ArithmeticError, RecursionError):
        raise token_refused("PGRST301", "this relay does not trust the token") from None
    if header.get("typ") == "logout+jwt" or "events" in claims:
        raise token_refused("PGRST303", "a logout token signs nobody in")
    if claims.get("typ") == "ID" or not OF_ID_TOKENS.isdisjoint(claims):
        raise token_refused("PGRST303", "an ID token is no access token")
    _check_times(claims)
    if not _names(claims.get("aud"), settings.audience):
        raise token_refused("PGRST303", "the token is meant for another audience")
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise token_refused("PGRST303", "the token has no subject")
    return claims


async def logout_claims(provider: Provider, settings: OpenidIssuer, token: str) -> dict[str, Any]:
    """The claims of a logout token (OpenID Connect Back-Channel Logout, 2.6). Raises NoLogoutToken."""
    try:
        claims, header = await provider.signed(token)
        _check_times(claims)
    except Problem as problem:
        raise NoLogoutToken(problem.message) from None
    except (jwt.PyJWTError, UnknownKey, ValueError, ArithmeticError, RecursionError) as error:
        raise NoLogoutToken(str(error)) from None
    events = claims.get("events")
    needed = {
        "typ": str(header.get("typ", "JWT")).lower() in ("jwt", "logout+jwt"),
        "iss": claims.get("iss") == settings.issuer,
        "aud": _names(claims.get("aud"), settings.client_id),
        "iat": "iat" in claims,
        "exp": claims["exp"] < time.time() + LONGEST_LOGOUT_S,
        "jti": isinstance(claims.get("jti"), str),
        "events": isinstance(events, dict) and isinstance(events.get(LOGOUT), dict),
        "nonce": "nonce" not in claims,
        "sub or sid": ("sub" in claims or "sid" in claims)
        and all(isinstance(claims.get(name, ""), str) for name in ("sub", "sid")),
    }
    if wrong := [name for name, holds in needed.items() if not holds]:
        raise NoLogoutToken(f"{wrong[0]} is not that of a logout token")
    return claims


def _names(audience: object, wanted: str) -> bool:
    """Whether an `aud`, which is a text or a list, has this one."""
    return wanted in audience if isinstance(audience, list) else audience == wanted


def _check_times(claims: dict[str, Any]) -> None:
    """Raises Problem 401 unless the token is valid now."""
    now = time.time()
    for name in ("exp", "nbf", "iat"):
        if (name in claims or name == "exp") and not is_time(claims.get(name)):
            raise token_refused("PGRST303", f"the token's {name} is not a time in seconds")
    if claims["exp"] <= now - CLOCK_SKEW_S:
        raise token_refused("PGRST303", "the token has expired")
    if max(claims.get("nbf", 0), claims.get("iat", 0)) > now + CLOCK_SKEW_S:
        raise token_refused("PGRST303", "the token is not valid yet")
