"""Signing in at an OpenID Connect issuer: `/session/openid/{issuer}`.

A browser is sent to the issuer, comes back with a code, and gets the same cookie as by any other sign-in. No token of the
issuer reaches the browser, and none stands in an address.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import time
import uuid
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlencode

import psycopg
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from ..identity.claims import says
from ..identity.fetch_site import is_cross_site_navigation
from ..identity.openid import Attempt, Confirmed, Issuer, Refused
from ..identity.openid_provider import Unreachable
from ..identity.openid_tokens import NoLogoutToken, logout_claims
from ..identity.sealing import seal, unseal
from ..identity.tokens import TOKEN_LIFETIME
from ..problem import Problem, log_text
from ..resource import PRIVATE, public_path, resource
from ..types import UserId
from .cookies import set_session_cookie
from .subjects import user_of_subject

if TYPE_CHECKING:
    from ..identity.tokens import Tokens

COOKIE: Final = "roomtone_openid"
ATTEMPT: Final = "openid attempt"
REFRESH_TOKEN: Final = "openid refresh token"
ATTEMPT_LASTS_S: Final = 600
WITHOUT_REFRESH: Final = timedelta(hours=12)
"""How long a session lasts whose issuer cannot be asked whether it may go on."""

OWN_PATH: Final = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]{0,500}")
REASONS: Final = {
    "users_subject_is_known": "unknown",
    "users_are_not_disabled": "disabled",
    "users_are_rate_limited": "busy",
}
"""Rules that refuse a user, and what the page gets: `?sign_in=unknown`. The other reasons stand at `_back`."""

log = logging.getLogger(__name__)


async def begin(request: Request) -> Response:
    """`GET /session/openid/{issuer}?return_to=/rooms/7`: go to the issuer to sign in, and then to that page of ours."""
    issuer = _issuer(request)
    return_to = own_path(request, request.query_params.get("return_to", ""))
    if is_cross_site_navigation(request.headers):
        return RedirectResponse(return_to, 303, PRIVATE)  # only our own page begins a sign-in
    attempt = Attempt(
        issuer=issuer.settings.name,
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        return_to=return_to,
    )
    try:
        await issuer.provider.arrives()
        address = issuer.authorization_url(attempt, _redirect_uri(request, issuer))
    except Unreachable:
        return _back(request, return_to, "unreachable")
    response = RedirectResponse(address, 303, PRIVATE)
    response.set_cookie(
        COOKIE,
        seal(request.state.tokens, ATTEMPT, json.dumps(asdict(attempt))),
        max_age=ATTEMPT_LASTS_S,
        path=_cookie_path(request),
        httponly=True,
        samesite="lax",  # the issuer sends the browser back from another site
        secure=request.url.scheme == "https",
    )
    return response


async def callback(request: Request) -> Response:
    """`GET /session/openid/{issuer}/callback`: the browser comes back from the issuer, which says by a code who it is."""
    issuer, query = _issuer(request), request.query_params
    attempt = _attempt(request, issuer)
    if attempt is None or not secrets.compare_digest(
        attempt.state.encode(), query.get("state", "").encode()
    ):
        return _back(request, own_path(request, ""), "expired")
    wanted = attempt.return_to
    if "error" in query:
        log.warning("%s refused a sign-in: %.100r", issuer.settings.issuer, query.get("error"))
        return _back(
            request, wanted, "denied" if query.get("error") == "access_denied" else "issuer"
        )
    try:
        issuer.check_answer(query.get("iss"))
        found = await issuer.redeem(query.get("code", ""), attempt, _redirect_uri(request, issuer))
        return await _signed_in(request, issuer, found, wanted)
    except Unreachable:
        return _back(request, wanted, "unreachable")
    except Refused as refused:
        log.warning("%s refused a sign-in: %s", issuer.settings.issuer, refused.error)
        return _back(request, wanted, "issuer")
    except psycopg.Error as error:
        reason = REASONS.get(error.diag.constraint_name or "")
        if reason is None and not isinstance(error, psycopg.DataError):
            raise
        log.warning("a sign-in at %s was refused: %s", issuer.settings.issuer, log_text(error))
        return _back(request, wanted, reason or "issuer")


async def _signed_in(
    request: Request, issuer: Issuer, found: Confirmed, return_to: str
) -> Response:
    settings = issuer.settings
    moderator = None
    if settings.moderators is not None:
        moderator = bool(says(found.claims, settings.moderators))
    claims = {**found.claims, "iss": settings.issuer}
    user = await user_of_subject(request, claims, creates=settings.new_users, moderator=moderator)
    tokens: Tokens = request.state.tokens
    lasts = WITHOUT_REFRESH if found.refresh_token is None else TOKEN_LIFETIME
    jti = str(uuid.uuid4())
    token = tokens.issue(UserId(user["id"]), lifetime=lasts, jti=jti, signs_in=True)
    refresh_token = found.refresh_token and seal(tokens, REFRESH_TOKEN, found.refresh_token)
    sid = found.claims.get("sid")
    async with request.state.database.relay_for_subject() as relay:
        await relay.execute(
            "select roomtone.relay_begin_openid_session(%s, %s, %s, %s, %s, %s)",
            (
                jti,
                user["id"],
                sid if isinstance(sid, str) else None,
                refresh_token,
                timedelta(seconds=settings.check_seconds),
                datetime.now(UTC) + lasts,
            ),
        )
    response = RedirectResponse(return_to, 303, PRIVATE)
    set_session_cookie(request, response, token, lasts)
    _forget_attempt(request, response)
    return response


async def end(request: Request) -> Response:
    """`POST /session/openid/{issuer}/logout`: the issuer ends sessions by a logout token (Back-Channel Logout, 2.5)."""
    issuer = _issuer(request)
    body = (await request.body()).decode("utf-8", "replace")
    try:
        try:
            sent = parse_qs(body, max_num_fields=10).get("logout_token", [])
        except ValueError:
            raise NoLogoutToken("the form has more than 10 fields") from None
        if len(sent) != 1:
            raise NoLogoutToken("the form must have one logout_token")
        claims = await logout_claims(issuer.provider, issuer.settings, sent[0])
    except NoLogoutToken as refused:
        raise Problem(
            400,
            "PGRST102",
            f"this is no logout token: {refused!s:.200}",
            rule="logout_tokens_are_the_issuers",
        ) from None
    async with request.state.database.relay_for_subject() as relay:
        await relay.execute(
            "select roomtone.relay_end_openid_sessions(%s, %s, %s, %s, %s)",
            (
                issuer.settings.issuer,
                claims.get("sub"),
                claims.get("sid"),
                claims["jti"],
                datetime.fromtimestamp(max(claims["exp"], time.time()) + 60, UTC),
            ),
        )
    return Response(None, 200, PRIVATE)


def own_path(request: Request, wanted: str) -> str:
    """A path of ours to go on to: the one wanted, or else the first page. Never another site."""
    return wanted if OWN_PATH.fullmatch(wanted) else public_path(request, "/")


def base_url(request: Request) -> str:
    """The relay's address as the browser knows it, without a slash at its end."""
    return str(request.base_url).rstrip("/")


def _redirect_uri(request: Request, issuer: Issuer) -> str:
    return f"{base_url(request)}/session/openid/{issuer.settings.name}/callback"


def _cookie_path(request: Request) -> str:
    return public_path(request, "/session/openid")


def _forget_attempt(request: Request, response: Response) -> None:
    response.delete_cookie(COOKIE, path=_cookie_path(request), httponly=True, samesite="lax")


def _attempt(request: Request, issuer: Issuer) -> Attempt | None:
    sealed = request.cookies.get(COOKIE, "")
    text = unseal(request.state.tokens, ATTEMPT, sealed, within=ATTEMPT_LASTS_S)
    attempt = None if text is None else Attempt(**json.loads(text))
    return attempt if attempt is not None and attempt.issuer == issuer.settings.name else None


def _back(request: Request, path: str, reason: str) -> Response:
    """To our page, which says the reason in words: `denied`, `issuer`, `unreachable`, `expired`, or one of REASONS."""
    joined = "&" if "?" in path else "?"
    before, hash_sign, fragment = path.partition("#")
    address = f"{before}{joined}{urlencode({'sign_in': reason})}{hash_sign}{fragment}"
    response = RedirectResponse(address, 303, PRIVATE)
    _forget_attempt(request, response)
    return response


def _issuer(request: Request) -> Issuer:
    found: Issuer | None = request.state.issuers.named(request.path_params["issuer"])
    if found is None:
        raise Problem(
            404,
            "PGRST125",
            "there is no issuer of this name here",
            hint="GET /session lists the issuers.",
        )
    return found


routes: list[BaseRoute] = [
    resource("/session/openid/{issuer}", get=begin),
    resource("/session/openid/{issuer}/callback", get=callback),
    resource("/session/openid/{issuer}/logout", post=end),
]
