"""WHIP (RFC 9725) and WHEP: a program speaks in a room, or receives its mix, with one HTTP request.

This translates HTTP to rows: a POST inserts a seat and an offer, its 201 is the answer's row, a PATCH inserts candidates,
a DELETE deletes the seat. No state of a session is kept here, so any relay of the same database can serve its next request.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from ..formats.ice import configuration
from ..formats.sdp import UnusableSdp, audio_of, candidates_of, completed, ice_names_of
from ..identity.tokens import claims_of, user_of
from ..negotiation import accepts
from ..problem import Problem
from ..resource import Handler, public_path, resource
from ..transports.routes import room_of
from ..types import PeerId
from .whip_cors import ALLOWED_HEADERS
from .whip_rows import Protocol, WhipSession
from .whip_session import WhipSessions, no_such_session, restarts_nothing

SDP: Final = "application/sdp"
FRAGMENT: Final = "application/trickle-ice-sdpfrag"
Operation = Callable[[Request, WhipSessions], Awaitable[Response]]


def _as_user(operation: Operation) -> Handler:
    """Handle a request as its user."""

    async def handle(request: Request) -> Response:
        claims = claims_of(request)
        if not claims:
            raise Problem(401, "42501", "send a token: Authorization: Bearer")
        sessions = WhipSessions(request.state.database, request.state.relay, claims)
        return await operation(request, sessions)

    return handle


async def _begin(protocol: Protocol, request: Request, sessions: WhipSessions) -> Response:
    _require_type(request, SDP, "Accept-Post")
    if not accepts(request.headers, SDP):
        raise Problem(406, "PGRST107", f"the answer is {SDP}, which the request does not accept")
    try:
        offer = audio_of(await _text(request), "sendonly" if protocol == "whip" else "recvonly")
    except UnusableSdp as unusable:
        raise Problem(422, "22023", str(unusable), rule="whip_offers_audio") from None
    when_recorded = request.query_params.get("when_recorded", "stay")
    if when_recorded not in ("stay", "leave"):
        raise Problem(
            400, "22023", "when_recorded must be stay or leave", rule="whip_wish_is_known"
        )
    session, answer, recorded = await sessions.begin(
        room_of(request), protocol, offer.sdp, leaves=when_recorded == "leave"
    )
    response = Response(
        completed(answer, offer), 201, media_type=SDP, headers={"Cache-Control": "no-store"}
    )
    response.headers["Location"] = public_path(
        request, f"/rooms/{session.room}/{protocol}/{session.peer}"
    )
    response.headers["ETag"] = _etag(session)
    response.headers["Accept-Patch"] = FRAGMENT
    if recorded is not None:
        response.headers["Recording"] = recorded
    for link in _ice_links(request):
        response.headers.append("Link", link)
    return response


async def _patch(request: Request, sessions: WhipSessions) -> Response:
    session = _session_of(request)
    _require_type(request, FRAGMENT, "Accept-Patch")
    await sessions.require(session)
    matches = request.headers.get("if-match")
    if matches is not None:
        if matches.strip() == "*":
            raise restarts_nothing()
        if _etag(session) not in (each.strip() for each in matches.split(",")):
            raise Problem(
                412,
                "55000",
                "If-Match has the ETag of another session",
                rule="whip_etag_is_current",
            )
    try:
        fragment = await _text(request)
        candidates = candidates_of(fragment)
    except UnusableSdp as unusable:
        raise Problem(400, "22023", str(unusable), rule="whip_fragment_is_sdp") from None
    # There is one ICE session, so a client need not send its ETag. Then the name in the fragment says whether it means this one.
    named = ice_names_of(fragment) if matches is None else frozenset()
    await sessions.add_candidates(session, candidates, named)
    return Response(status_code=204)  # without an ETag: the ICE session is the same (4.3.2)


async def _end(request: Request, sessions: WhipSessions) -> Response:
    if not await sessions.end(_session_of(request)):
        raise no_such_session()
    return Response(status_code=200)


def _preflight(methods: str, accepted: str, content: str) -> Handler:
    async def options(request: Request) -> Response:
        headers = {
            "Allow": methods,
            accepted: content,
            "Access-Control-Allow-Methods": methods,
            "Access-Control-Allow-Headers": ALLOWED_HEADERS,
            "Access-Control-Max-Age": "86400",
        }
        return Response(status_code=200, headers=headers)

    return options


def _session_of(request: Request) -> WhipSession:
    try:
        peer = UUID(request.path_params["session"])
    except ValueError:
        raise no_such_session() from None
    return WhipSession(room_of(request), PeerId(str(peer)))


def _etag(session: WhipSession) -> str:
    """The ETag of the ICE session (RFC 9725, 4.3.1). A session of a seat has exactly one."""
    return f'"{session.peer}"'


def _require_type(request: Request, wanted: str, accept_header: str) -> None:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != wanted:
        raise Problem(
            415,
            "PGRST107",
            f"the body must be {wanted}",
            headers={accept_header: wanted},
        )


async def _text(request: Request) -> str:
    try:
        text = (await request.body()).decode("utf-8")
    except UnicodeDecodeError:
        raise UnusableSdp("the body is not UTF-8") from None
    if "\0" in text:
        raise UnusableSdp("text may not contain the character U+0000")
    return text


def _ice_links(request: Request) -> list[str]:
    """STUN and TURN servers as links (RFC 9725, 4.6)."""
    user = user_of(claims_of(request))
    links = []
    for server in configuration(request.state.settings, user)["iceServers"]:
        secret = ""
        if "username" in server:
            secret = f'; username="{server["username"]}"; credential="{server["credential"]}"; credential-type="password"'
        links += [f'<{url}>; rel="ice-server"{secret}' for url in server["urls"]]
    return links


def _routes(protocol: Protocol) -> list[BaseRoute]:
    return [
        resource(
            f"/rooms/{{room_id:id}}/{protocol}",
            post=_as_user(partial(_begin, protocol)),
            options=_preflight("POST, OPTIONS", "Accept-Post", SDP),
        ),
        resource(
            f"/rooms/{{room_id:id}}/{protocol}/{{session}}",
            patch=_as_user(_patch),
            delete=_as_user(_end),
            options=_preflight("PATCH, DELETE, OPTIONS", "Accept-Patch", FRAGMENT),
        ),
    ]


routes: list[BaseRoute] = [*_routes("whip"), *_routes("whep")]
