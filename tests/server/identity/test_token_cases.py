"""Claims of tokens that are signed with the right key: accepted or refused, by every transport."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
import jwt
import pytest
from roomtone.identity.tokens import CLOCK_SKEW_S, Tokens, ends_at
from roomtone.settings import Settings
from roomtone.types import UserId

from ...cases import cases
from ...following import follow
from ...people import Psql
from ...running import RunningRelay, run_relay
from ...sockets import open_socket
from ..rows_world import problem

SECRET = "a secret of more than thirty-two bytes"
AUDIENCE = "roomtone"
CLAIMS = cases("tokens", "claims")
JSON = {"Accept": "application/json"}
FIVE = 5


def at_once(claims: dict[str, Any]) -> dict[str, Any]:
    """The claims, with times relative to now."""
    return {name: _value(value) for name, value in claims.items()}


def _value(reply: Any) -> Any:
    if reply == "1e300 as a number":
        return 1e300
    if reply == '"1999999999" as text':
        return "1999999999"
    if isinstance(reply, str) and reply.startswith("now+"):
        return int(time.time()) + int(reply.removeprefix("now+"))
    return reply


def signed(claims: dict[str, Any]) -> str:
    """A token with these claims, valid or not. PyJWT itself refuses to sign a `sub` that is a number."""
    return jwt.PyJWS().encode(json.dumps(claims).encode(), SECRET, "HS256")


@pytest.fixture
def relay(database_url: str, psql: Psql) -> Iterator[RunningRelay]:
    """A relay with an audience and a TURN server. User 5 has a seat in room 1."""
    for name in ("one", "two", "three", "four", "five"):
        assert psql.person(name) <= FIVE
    room = psql.room("one")
    assert room == 1
    psql.seat(room, "five")
    with run_relay(
        database_url,
        jwt_secret=SECRET,
        jwt_audience=AUDIENCE,
        turn_uris=("turn:turn.example",),
        turn_secret="shared",
    ) as running:
        yield running


async def by_http(relay: RunningRelay, token: str) -> int:
    return await _status(relay, token, "GET", "/session")


async def by_polling(relay: RunningRelay, token: str) -> int:
    return await _status(relay, token, "GET", "/rooms/1/events", headers=JSON)


async def by_whip(relay: RunningRelay, token: str) -> int:
    # The body is no offer, which is refused after the token was checked.
    sdp = {"Content-Type": "application/sdp"}
    status = await _status(relay, token, "POST", "/rooms/1/whip", headers=sdp, content="v=0")
    return 200 if status == 422 else status


async def by_turn(relay: RunningRelay, token: str) -> int:
    statuses = [await _status(relay, token, "GET", path) for path in ("/turn", "/ice")]
    assert len(set(statuses)) == 1
    return statuses[0]


async def by_sse(relay: RunningRelay, token: str) -> int:
    async with follow(f"{relay.url}/rooms/1/events", token) as stream:
        return stream.status


async def by_websocket(relay: RunningRelay, token: str) -> int:
    async with open_socket(f"{relay.url}/rooms/1/socket", token) as caller:
        first = await caller.until(lambda _: True)
        return int(first.data["problem"]["status"]) if first.event == "bye" else 200


async def _status(relay: RunningRelay, token: str, method: str, path: str, **more: Any) -> int:
    with relay.client(token) as client:
        answer: httpx.Response = await asyncio.to_thread(client.request, method, path, **more)
    return answer.status_code


TRANSPORTS: list[Callable[[RunningRelay, str], Awaitable[int]]] = [
    by_http,
    by_polling,
    by_sse,
    by_websocket,
    by_whip,
    by_turn,
]


def right(reply: str, transport: Callable[..., object]) -> int | None:
    """The expected status; None if the case says nothing."""
    if reply in ("ok", "401"):
        return 200 if reply == "ok" else 401
    if reply.startswith("no TURN credentials"):
        return 403 if transport is by_turn else None
    assert reply.startswith("ok where unknown subjects may be made, else 403")
    return 403


@pytest.mark.parametrize("transport", TRANSPORTS, ids=lambda each: each.__name__)
async def test_claims_are_judged_the_same_by_every_transport(
    relay: RunningRelay, transport: Callable[[RunningRelay, str], Awaitable[int]]
) -> None:
    found = [
        (case["claims"], await transport(relay, signed(at_once(case["claims"]))), wanted)
        for case in CLAIMS
        if (wanted := right(case["right"], transport)) is not None
    ]
    assert [each for each in found if each[1] != each[2]] == []
    assert len(found) >= len(CLAIMS) - 1


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
@pytest.mark.parametrize(
    "value", [1e300, float("inf"), float("nan"), True, "1", None, [], {}, -1, 10**400], ids=repr
)
def test_an_invalid_time_makes_a_token_invalid(name: str, value: Any) -> None:
    tokens = Tokens(SECRET)
    claims = {"sub": "5", "exp": int(time.time()) + 60, name: value}
    with pytest.raises(Exception, match="token") as refused:
        tokens.verify(signed(claims))
    assert getattr(refused.value, "status", None) == 401


def test_a_relay_with_an_audience_names_it_in_its_own_tokens() -> None:
    tokens = Tokens.from_settings(Settings(jwt_audience=AUDIENCE), SECRET)
    assert tokens.verify(tokens.issue(UserId(5)))["aud"] == AUDIENCE


def test_a_subject_that_is_no_user_is_refused_with_a_rule(relay: RunningRelay) -> None:
    other = {"sub": "7f7c1a52-8a4e-4d11-9a34-0c2f8b0d9e11", "aud": AUDIENCE}
    with relay.client(signed(other | {"exp": int(time.time()) + 60})) as client:
        reply = problem(client.get("/session"), 403, "42501", "tokens_subject_is_a_user")
        assert "--token-users" in reply["hint"]
    unknown = {"sub": "999999", "aud": AUDIENCE, "exp": int(time.time()) + 60}
    with relay.client(signed(unknown)) as client:
        problem(client.get("/turn"), 403, "42501", "turn_is_for_users")


def test_streams_end_when_their_token_expires() -> None:
    now = time.time()
    assert ends_at({"exp": now + 60}) == now + 60
    assert ends_at({"exp": now - 5}) == now - 5 + CLOCK_SKEW_S
    assert ends_at({}) is None


async def test_a_stream_opened_within_the_leeway_ends_with_it(relay: RunningRelay) -> None:
    # Time enough to open both, where the machine stands still for seconds, too.
    claims = {"sub": "5", "aud": AUDIENCE, "exp": int(time.time()) - CLOCK_SKEW_S + 10}
    token = signed(claims)
    async with (
        follow(f"{relay.url}/rooms/1/events", token) as stream,
        open_socket(f"{relay.url}/hallway/socket", token) as socket,
    ):
        for each in (stream, socket):
            bye = await each.until(lambda frame: frame.event == "bye")
            assert bye.data == {"reason": "token expired"}
            await each.end()
    assert await by_http(relay, token) == 401
