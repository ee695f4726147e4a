"""Tokens for programs, which users make for themselves."""

from __future__ import annotations

import time
from typing import Any

import httpx
import jwt
import pytest
from click.testing import CliRunner
from psycopg.conninfo import make_conninfo
from roomtone.cli import cli

from ...following import follow
from ...issuer import Browser
from ..rows_world import World, problem
from .test_openid import with_issuer

pytestmark = pytest.mark.shares_a_relay


def make(client: httpx.Client, name: str = "OBS", days: int = 30) -> httpx.Response:
    return client.post("/session/tokens", json={"name": name, "days": days})


def made(client: httpx.Client, name: str = "OBS") -> dict[str, Any]:
    answer = make(client, name)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def names(client: httpx.Client) -> list[str]:
    return [each["name"] for each in client.get("/rows/access_tokens?order=created_at").json()]


async def test_a_program_is_the_user_until_the_token_is_revoked(world: World) -> None:
    room = world.room()
    token = made(world.anna)
    claims = jwt.decode(token["token"], options={"verify_signature": False})
    assert (claims["jti"], claims["exp"] - claims["iat"]) == (token["jti"], 30 * 86400)
    (listed,) = world.anna.get("/rows/access_tokens").json()
    assert listed.keys() == {"jti", "user_id", "name", "created_at", "expires_at"}
    assert (listed["jti"], listed["name"]) == (token["jti"], "OBS")
    assert world.rick.get("/rows/access_tokens").json() == []
    assert world.psql.act_as("anna").one("select name from access_tokens") == "OBS"
    world.psql.act_as(None)
    with world.relay.client(token["token"]) as program:
        assert program.get("/session").json()["user"]["username"] == "anna"
        assert program.post("/rows/rpc/join_room", json={"room_id": room}).status_code == 200
        async with follow(f"{world.relay.url}/rooms/{room}/events", token["token"]) as stream:
            await stream.until(lambda f: f.event == "snapshot")
            mine = {"jti": f"eq.{token['jti']}"}
            assert world.rick.delete("/rows/access_tokens", params=mine).status_code == 204
            assert program.get("/session").status_code == 200
            assert world.anna.delete("/rows/access_tokens", params=mine).status_code == 204
            assert (await stream.until(lambda f: f.event == "bye")).data["reason"] == "signed out"
        problem(program.get("/session"), 401, "28000")
    assert world.anna.get("/session").json()["user"]["username"] == "anna"
    assert names(world.anna) == []


def test_only_a_recent_sign_in_makes_a_token(world: World) -> None:
    rule = "access_tokens_need_a_recent_sign_in"
    problem(make(world.anonymous), 401, "42501")
    with world.relay.client(made(world.anna)["token"]) as program:
        problem(make(program), 403, "42501", rule)
    now = int(time.time())
    secret = world.psql.one("select relay_secret('jwt')")
    claims = {"sub": str(world.psql.person_id("anna")), "iat": now, "exp": now + 600}
    for when in ({"auth_time": now - 660}, {"auth_time": "now"}, {}):
        with world.relay.client(jwt.encode(claims | when, secret, "HS256")) as long_ago:
            assert long_ago.get("/session").json()["user"]["username"] == "anna"
            problem(make(long_ago), 403, "42501", rule)
    assert names(world.anna) == ["OBS"]


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"name": ""}, "access_tokens_name_is_text"),
        ({"name": "x" * 61}, "access_tokens_name_is_text"),
        ({"name": "a\nb"}, "access_tokens_name_is_text"),
        ({"name": "OBS\u202e"}, "access_tokens_name_is_allowed"),
        ({"name": "O\u200bBS"}, "access_tokens_name_is_allowed"),
        ({"days": 0}, "access_tokens_days_are_limited"),
        ({"days": 367}, "access_tokens_days_are_limited"),
        ({"days": -(10**30)}, "access_tokens_days_are_limited"),
    ],
)
def test_names_and_days_are_limited(world: World, given: dict[str, Any], rule: str) -> None:
    said = problem(make(world.anna, **given), 400, "23514", rule)
    assert "constraint" not in said["message"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "OBS"},
        {"name": "OBS", "days": True},
        {"name": 7, "days": 7},
        {"name": "OBS", "days": 7, "scope": "all"},
    ],
)
def test_a_body_of_another_shape_is_refused(world: World, body: dict[str, Any]) -> None:
    problem(world.anna.post("/session/tokens", json=body), 400, "PGRST102")


def test_a_user_has_at_most_twenty_and_makes_them_slowly(world: World) -> None:
    for number in range(20):
        made(world.anna, f"Bot {number}")
    problem(make(world.anna), 400, "23514", "access_tokens_are_limited_in_number")
    for number in range(20):
        assert world.anna.delete("/rows/access_tokens?name=like.Bot*").status_code == 204
        made(world.anna, f"Bot {number}")
    problem(make(world.anna), 400, "23514", "access_tokens_are_rate_limited")
    made(world.rick)


def test_what_ends_the_tokens_of_a_user_removes_them_from_the_list(
    world: World, database_url: str
) -> None:
    psql = world.psql
    with world.relay.client(made(world.anna, "signs out")["token"]) as program:
        assert program.delete("/session").status_code == 204
    assert names(world.anna) == []
    printed = CliRunner().invoke(
        cli,
        ["token", "Anna", "--database-url", database_url, "--days", "366", "--name", "Operator's"],
    )
    with world.relay.client(printed.output.strip()) as program:
        assert program.get("/session").json()["user"]["username"] == "anna"
        assert names(world.anna) == ["Operator's"]
        psql.run("update users set tokens_ended_at = now() where username = 'anna'")
        assert program.get("/session").status_code == 401
    assert psql.one("select count(*) from access_tokens") == 0
    made(world.rick, "expired")
    psql.run(
        "update access_tokens set created_at = now() - interval '2 days', expires_at = now() - interval '1 day'"
    )
    psql.run("select relay_delete_old_rows('1 hour', 1000)")
    assert names(world.rick) == []
    assert psql.one("select count(*) from revoked_tokens where expires_at < now()") == 0


def test_a_disabled_user_gets_nothing_that_counts_once_they_are_enabled(
    world: World, database_url: str
) -> None:
    def roomtone(*arguments: str, url: str = database_url) -> tuple[int, str]:
        result = CliRunner().invoke(cli, [*arguments, "--database-url", url])
        return result.exit_code, result.output

    world.psql.run("select disable_user('anna')")
    for command in ("token", "recover"):
        status, said = roomtone(command, "anna")
        assert (status, "Error: this account is disabled." in said) == (1, True)
    assert world.psql.all("select from access_tokens") == []
    assert world.psql.all("select from recovery_links") == []
    world.psql.run("select enable_user('anna')")
    for name, words in (
        ("", "a token's name is one line of 1 to 60 characters"),
        ("a\nb", "a token's name is one line of 1 to 60 characters"),
        ("OBS\u202e", "this name has an invisible character"),
    ):
        status, said = roomtone("token", "anna", "--name", name)
        assert (status, f"Error: {words}" in said) == (1, True)
    of_relays = make_conninfo(database_url, user="roomtone_relay")
    for arguments in (["token", "anna"], ["recover", "anna"], ["backup", "/nowhere/backup"]):
        status, said = roomtone(*arguments, url=of_relays)
        assert (status, "needs the login that owns the schema" in said) == (1, True)
    assert (
        "There is no Roomtone in the database"
        in roomtone("token", "x", url=f"{make_conninfo(database_url, dbname='postgres')}")[1]
    )


def test_a_user_of_an_issuer_makes_short_tokens_after_signing_in_here(database_url: str) -> None:
    with with_issuer(database_url) as (relay, issuer), Browser(relay) as ilsa:
        ilsa.sign_in("staff", "ilsa")
        here = f"{relay.url}/session/tokens"
        wanted = {"name": "OBS", "days": 31}
        too_long = ilsa.client.post(here, json=wanted)
        problem(too_long, 400, "23514", "access_tokens_days_are_limited")
        assert ilsa.client.post(f"{relay.url}/rows/rpc/access_token_days").json() == 30
        token = ilsa.client.post(here, json=wanted | {"days": 30}).json()["token"]
        with relay.client(token) as program:
            assert program.get("/session").json()["user"] == ilsa.me()
        with relay.client(issuer.token("ilsa", auth_time=int(time.time()))) as program:
            rule = "access_tokens_are_made_after_signing_in_here"
            problem(make(program, days=1), 403, "42501", rule)
