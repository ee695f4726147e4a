"""Tokens of one's own issuer, whose subjects are no ids of users: `--token-users`."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest
from roomtone.http import subjects

from ...following import follow
from ...people import Psql
from ...running import run_relay
from ...sockets import open_socket
from ..rows_world import problem

SECRET = "a secret of more than thirty-two bytes"
UUID = "7f7c1a52-8a4e-4d11-9a34-0c2f8b0d9e11"
ISSUER = "https://app.example"


def token(subject: str = UUID, **claims: Any) -> str:
    given = {"iss": ISSUER, "sub": subject, "exp": int(time.time()) + 600, "name": "Rick"}
    return jwt.encode(given | claims, SECRET, "HS256")


def test_by_default_a_subject_is_the_id_of_a_user(database_url: str) -> None:
    with run_relay(database_url, jwt_secret=SECRET) as relay, relay.client(token()) as client:
        refused = problem(client.get("/session"), 403, "42501", "tokens_subject_is_a_user")
        assert "--token-users" in refused["hint"]


def test_known_subjects_are_users_and_others_are_refused(database_url: str, psql: Psql) -> None:
    psql.run(
        "insert into users (username, issuer, subject) values ('Richard', %s, %s)", ISSUER, UUID
    )
    with run_relay(database_url, jwt_secret=SECRET, token_users="known") as relay:
        with relay.client(token()) as client:
            assert client.get("/session").json()["user"]["username"] == "Richard"
        for other in (token("other"), token(iss="https://other.example")):
            with relay.client(other) as client:
                problem(client.get("/session"), 403, "42501", "users_subject_is_known")
        with relay.client(token("1", iss="")) as client:  # without an issuer it is an id
            assert client.get("/session").json()["user"]["username"] == "Richard"
        with relay.sign_in("anna") as own:
            assert own.get("/session").json()["user"]["username"] == "anna"


def test_a_refused_subject_does_not_ask_the_database_each_time(
    database_url: str, psql: Psql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subjects, "REFUSED_FOR_S", 3600.0)
    with run_relay(database_url, jwt_secret=SECRET, token_users="known") as relay:
        for _ in range(2):
            with relay.client(token()) as client:
                problem(client.get("/session"), 403, "42501", "users_subject_is_known")
            psql.run("drop function if exists sign_in_by_subject")


@pytest.mark.anyio
async def test_unknown_subjects_become_users_by_every_transport(
    database_url: str, psql: Psql
) -> None:
    room = psql.room("host")
    settings: dict[str, Any] = {"jwt_secret": SECRET, "token_users": "created"}
    with run_relay(database_url, new_users_per_hour=4, **settings) as relay:
        with relay.client(token()) as client:
            me = client.get("/session").json()["user"]
            assert me["username"] == "Rick"
            assert client.post("/rows/rpc/join_room", json={"room_id": room}).status_code == 200
            assert client.get("/ice").status_code == 200
        async with (
            follow(f"{relay.url}/rooms/{room}/events", token()) as stream,
            open_socket(f"{relay.url}/hallway/socket", token("two")) as socket,
        ):
            first = await stream.until(lambda f: f.event == "snapshot")
            assert [each["user_id"] for each in first.data["participants"]] == [me["id"]]
            await socket.until(lambda f: f.event == "snapshot")
            psql.run("update users set disabled_at = now() where subject is not null")
            for each in (stream, socket):
                await each.until(lambda f: f.event == "bye")
        names = "select username from users where subject is not null order by id"
        assert psql.all(names) == [("Rick",), ("Rick 2",)]
        answers = []
        for subject in ("three", "four", "five"):
            with relay.client(token(subject)) as client:
                answers.append(client.get("/session"))
        problem(answers[-1], 429, "53400", "users_are_rate_limited")
