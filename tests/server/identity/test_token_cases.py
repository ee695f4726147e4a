"""Claims of tokens that are signed with the right key: what each is worth, by every transport."""

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
    """The claims with their times reckoned from now."""
    return {name: _value(value) for name, value in claims.items()}


def _value(told: Any) -> Any:
    if told == "1e300 as a number":
        return 1e300
    if told == '"1999999999" as text':
        return "1999999999"
    if isinstance(told, str) and told.startswith("now+"):
        return int(time.time()) + int(told.removeprefix("now+"))
    return told


def signed(claims: dict[str, Any]) -> str:
    """A token with these claims, whatever they are: PyJWT itself signs no `sub` that is a number."""
    return jwt.PyJWS().encode(json.dumps(claims).encode(), SECRET, "HS256")


@pytest.fixture
def relay(database_url: str, psql: Psql) -> Iterator[RunningRelay]:
    """A relay that asks for an audience and has a TURN server; user 5 sits in room 1."""
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
        grace=60,
    ) as running:
        yield running


async def by_http(relay: RunningRelay, token: str) -> int:
    return await _status(relay, token, "GET", "/session")


async def by_polling(relay: RunningRelay, token: str) -> int:
    return await _status(relay, token, "GET", "/rooms/1/events", headers=JSON)


async def by_whip(relay: RunningRelay, token: str) -> int:
    # What comes after the token is no offer, and is refused as that.
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


def right(told: str, transport: Callable[..., object]) -> int | None:
    """The status that is right there; None where the case says nothing."""
    if told in ("ok", "401"):
        return 200 if told == "ok" else 401
    if told.startswith("no TURN credentials"):
        return 403 if transport is by_turn else None
    assert told.startswith("ok where unknown subjects may be made, else 403")
    return 403


@pytest.mark.parametrize("transport", TRANSPORTS, ids=lambda each: each.__name__)
async def test_claims_are_worth_the_same_by_every_transport(
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
def test_a_time_that_is_none_makes_a_token_worthless(name: str, value: Any) -> None:
    tokens = Tokens(SECRET)
    claims = {"sub": "5", "exp": int(time.time()) + 60, name: value}
    with pytest.raises(Exception, match="token") as refused:
        tokens.verify(signed(claims))
    assert getattr(refused.value, "status", None) == 401


def test_a_relay_that_asks_for_an_audience_names_it_in_its_own_tokens() -> None:
    tokens = Tokens.from_settings(Settings(jwt_audience=AUDIENCE), SECRET)
    assert tokens.verify(tokens.issue(UserId(5)))["aud"] == AUDIENCE


def test_a_subject_that_is_no_user_is_refused_with_the_rule(relay: RunningRelay) -> None:
    other = {"sub": "7f7c1a52-8a4e-4d11-9a34-0c2f8b0d9e11", "aud": AUDIENCE}
    with relay.client(signed(other | {"exp": int(time.time()) + 60})) as client:
        told = problem(client.get("/session"), 403, "42501", "tokens_subject_is_a_user")
        assert "setting" in told["hint"]
    unknown = {"sub": "999999", "aud": AUDIENCE, "exp": int(time.time()) + 60}
    with relay.client(signed(unknown)) as client:
        problem(client.get("/turn"), 403, "42501", "turn_is_for_users")


def test_what_a_token_opened_ends_with_it_and_with_the_leeway_if_that_had_begun() -> None:
    now = time.time()
    assert ends_at({"exp": now + 60}) == now + 60
    assert ends_at({"exp": now - 5}) == now - 5 + CLOCK_SKEW_S
    assert ends_at({}) is None


async def test_a_stream_opened_within_the_leeway_ends_with_it(relay: RunningRelay) -> None:
    claims = {"sub": "5", "aud": AUDIENCE, "exp": int(time.time()) - CLOCK_SKEW_S + 2}
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
