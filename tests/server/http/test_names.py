"""Names over HTTP and by WebSocket: every case of `usernames.json`, with the expected answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from ...cases import cases
from ..rows_world import World

NAMES = cases("usernames", "names")
JSON = {"Content-Type": "application/json"}
RULES = ("users_username_is_allowed", "users_username_looks_like_no_other")


def shown(case: dict[str, Any]) -> str:
    return f"{case['right']} {case['name']!a}"


@pytest.fixture
def world(standing_world: World) -> World:
    """The same for all cases: `there` gives everybody their names back."""
    return standing_world


@pytest.fixture
def there(world: World) -> Iterator[dict[str, int]]:
    """Existing users, and their ids. After a test they and anna have their names again, and new users none of a case."""
    found = {name: world.psql.person(name) for name in ("rick", "Zo\u00eb", "\u65e5\u672c")}
    everybody = found | {"anna": world.psql.person("anna")}
    yield found
    world.psql.run(
        "update users set username = 'former ' || id where kind = 'person' and id <> all (%s)",
        list(everybody.values()),
    )
    for name, user in everybody.items():
        world.psql.run("update users set username = %s where id = %s", name, user)


def send(client: httpx.Client, method: str, path: str, body: object) -> httpx.Response:
    """Send it as JSON with escapes only: a lone surrogate has no other notation."""
    return client.request(method, path, content=json.dumps(body).encode(), headers=JSON)


@pytest.mark.parametrize("case", NAMES, ids=shown)
def test_signing_in_by_a_name(world: World, there: dict[str, int], case: dict[str, Any]) -> None:
    answer = send(world.anonymous, "POST", "/session", {"username": case["name"]})
    reply = answer.json()
    if case["right"] in ("ok", "same"):
        assert answer.status_code == 200, reply
        assert (reply["user"]["id"] in there.values()) == (case["right"] == "same")
    elif case["right"] == "no":
        assert answer.status_code in (400, 409)
        assert reply["rule"] in RULES
    else:
        assert answer.status_code == 400


@pytest.mark.parametrize("case", NAMES, ids=shown)
def test_changing_a_username(world: World, there: dict[str, int], case: dict[str, Any]) -> None:
    anna = world.psql.person_id("anna")
    path = f"/rows/users?id=eq.{anna}"
    answer = send(world.anna, "PATCH", path, {"username": case["name"]})
    if case["right"] == "ok":
        assert answer.status_code == 204, answer.text
    elif case["right"] == "same":
        assert answer.status_code == 409
    elif case["right"] == "no":
        assert answer.json()["rule"] in RULES
    else:
        assert answer.status_code == 400
    assert there


@pytest.mark.parametrize("case", NAMES, ids=shown)
def test_clubs_and_rooms_are_named_by_the_same_rule(world: World, case: dict[str, Any]) -> None:
    world.psql.run("delete from paces")  # of the cases before, as are the names of clubs
    world.psql.run("update clubs set name = 'Club ' || id")
    for path, rule in (
        ("/rows/clubs", "clubs_name_is_allowed"),
        ("/rows/rooms", "rooms_name_is_allowed"),
    ):
        answer = send(world.anna, "POST", path, {"name": case["name"]})
        if case["right"] in ("ok", "same"):
            assert answer.status_code == 201, answer.text
        elif case["right"] == "no":
            assert (answer.status_code, answer.json()["rule"]) == (400, rule)
        else:
            assert answer.status_code == 400
