"""Errors that the fuzzers found."""

from __future__ import annotations

import pytest

from .rows_world import World, problem


def test_an_origin_that_is_no_url_is_another_site(world: World) -> None:
    answer = world.anonymous.post(
        "/session", json={"username": "anna"}, headers={"Origin": "http://["}
    )
    problem(answer, 403, "42501", "requests_come_from_own_pages")


@pytest.mark.parametrize("path", ["/rooms/{}", "/rooms/{}/events"])
def test_a_room_number_with_too_many_digits_is_not_found(world: World, path: str) -> None:
    problem(world.anonymous.get(path.format("9" * 5_000)), 404, "PGRST125")


@pytest.mark.parametrize("room", [None, "Tea"])
def test_a_head_request_for_a_stream_ends_at_once(world: World, room: str | None) -> None:
    path = "/hallway/events"
    if room is not None:
        number = world.room(room)
        world.rick.post("/rows/rpc/join_room", json={"room_id": number})
        path = f"/rooms/{number}/events"
    assert world.rick.head(path).headers["content-type"].startswith("text/event-stream")
    assert world.rick.get("/live").json() == {"live": True}  # on the same connection
    assert world.psql.one("select count(*) from participants where expires_at is null") == 0


@pytest.mark.parametrize("path", ["/live", "/metrics", "/openapi.json", "/rooms/1/events", "/"])
def test_an_unknown_method_is_refused_with_405(world: World, path: str) -> None:
    answer = world.rick.post(path, json={})
    problem(answer, 405, "PGRST117")
    assert answer.headers["allow"] == "GET, HEAD"
