"""Half of a surrogate pair is not text: 400 wherever it is sent, never 500. The same for the character U+0000."""

from __future__ import annotations

import json

import pytest

from ...sockets import open_socket
from ..rows_world import World

HALVES = ["\ud800", "rick\udfff", "\ud800\ud800", "\udc00\ud800"]
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def world(standing_world: World) -> World:
    """The same for all: each test has a room of its own, and what they send is refused."""
    return standing_world


@pytest.mark.parametrize("text", [*HALVES, "rick\0"], ids=ascii)
def test_a_lone_surrogate_is_refused_in_every_body(world: World, text: str) -> None:
    room = world.room()
    for path, body in [
        ("/session", {"username": text}),
        ("/session", {"username": "bo", "kind": text}),
        ("/rows/rooms", {"name": text}),
        ("/rows/rooms", [{"name": "Tea"}, {"name": text}]),
        ("/rows/rpc/say", {"room_id": room, "body": text}),
        ("/rows/rpc/act_as", {text: 1}),
        ("/rows/signals", {"room_id": room, "kind": "offer", "body": {"sdp": text}}),
    ]:
        content = json.dumps(body).encode()
        for client in (world.rick, world.anonymous) if path == "/session" else (world.rick,):
            answer = client.post(path, content=content, headers=JSON)
            assert answer.status_code in (400, 404), (path, body, answer.text)


def test_a_surrogate_pair_is_text_in_every_notation(world: World) -> None:
    content = b'{"name": "\\ud83e\\udd8a", "stage": "open"}'
    answer = world.rick.post("/rows/rooms", content=content, headers=JSON)
    assert answer.status_code == 201
    assert world.psql.one("select name from rooms order by id desc limit 1") == "🦊"


@pytest.mark.parametrize("escaped", ["%ED%A0%80", "%00", "%ED%A0%80%ED%B0%80"])
def test_a_lone_surrogate_is_refused_in_queries_and_unknown_in_paths(
    world: World, escaped: str
) -> None:
    for path in (
        f"/rows/users?username=eq.{escaped}",
        f"/rows/users?{escaped}=eq.1",
        f"/rows/users?select={escaped}",
        f"/rows/users?order={escaped}",
        f"/rows/rpc/invitation?code={escaped}",
    ):
        answer = world.rick.get(path)
        assert answer.status_code == 400, (path, answer.text)
    for path in (
        f"/rows/{escaped}",
        f"/rows/rpc/{escaped}",
        f"/people/{escaped}",
        f"/rooms/1/events?peer_id={escaped}",
        f"/rooms/1/events?last_event_id={escaped}",
        f"/rooms/1/whip/{escaped}",
        f"/recordings/1?ticket={escaped}",
        f"/?username={escaped}",
    ):
        assert world.rick.get(path).status_code < 500, path


@pytest.mark.parametrize("raw", [b"\xed\xa0\x80", b"\xff", b"a\x7f"])
def test_a_lone_surrogate_in_a_header_is_harmless(world: World, raw: bytes) -> None:
    for name in (
        "Authorization",
        "Cookie",
        "Last-Event-ID",
        "Prefer",
        "Range",
        "Accept",
        "If-None-Match",
        "Origin",
        "Referer",
        "Sec-Fetch-Site",
    ):
        for value in (raw, b"Bearer " + raw, b"roomtone=" + raw):
            for path in ("/rows/rooms", "/session", "/hallway/events", "/?username=x"):
                if name == "Accept" and path == "/hallway/events":
                    continue  # then it would be a stream
                headers = {"Accept": "application/json", name: value}
                answer = world.anonymous.get(path, headers=headers)  # type: ignore[arg-type]
                assert answer.status_code < 500, (name, value, path)


async def test_a_lone_surrogate_is_refused_on_a_socket_which_stays_open(world: World) -> None:
    room = world.room()
    async with open_socket(
        f"{world.relay.url}/rooms/{room}/socket", world.relay.token("anna")
    ) as anna:
        for number, half in enumerate(HALVES):
            await anna.send(json.dumps({"event": half, "id": number}))
            reply = await anna.ack(None)
            assert reply["problem"]["status"] == 400
            anna.acks.clear()
        assert "data" in await anna.emit("user-joined-room")
