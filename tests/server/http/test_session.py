"""Signing in and out."""

from __future__ import annotations

import pytest

from ...running import PATIENT, get, run_relay
from ..rows_world import World, problem

pytestmark = pytest.mark.shares_a_relay

DEMO = {"demo": True, "passkeys": False, "issuers": []}
KEPT = {"seat": PATIENT["grace"], "role": 600.0}  # seconds


def test_a_name_is_enough_to_sign_in_and_to_sign_in_again(world: World) -> None:
    first = world.anonymous.post("/session", json={"username": "Zoë O'Hara"})
    assert first.status_code == 200
    user = first.json()["user"]
    assert user.keys() == {"id", "username", "kind", "bio", "site_moderator"}
    assert (user["username"], user["kind"]) == ("Zoë O'Hara", "person")
    again = world.anonymous.post("/session", json={"username": "zoë o'hara"})
    assert again.json()["user"] == user
    assert again.json()["token"] != first.json()["token"]


def test_the_cookie_and_the_token_identify_the_user(world: World) -> None:
    with world.relay.client() as browser:
        signed_in = browser.post("/session", json={"username": "bo"})
        cookie = signed_in.headers["set-cookie"]
        for part in ("roomtone=", "HttpOnly", "SameSite=lax", "Path=/", "Max-Age="):
            assert part in cookie
        assert "Secure" not in cookie
        me = browser.get("/session")
        user = signed_in.json()["user"]
        key = me.json()["push"]
        assert len(key) == 87
        shown = {"demo": True, "sign_in": DEMO, "kept": KEPT, "push": key}
        assert me.json() == {"user": user} | shown
        assert me.headers["cache-control"] == "no-store"
    with world.relay.client(signed_in.json()["token"]) as api:
        assert api.get("/session").json()["user"]["username"] == "bo"
    assert world.anonymous.get("/session").json() == {"user": None} | shown


def test_a_site_moderator_learns_of_it_from_the_session(world: World) -> None:
    assert world.anna.get("/session").json()["user"]["site_moderator"] is False
    world.psql.run("update users set site_moderator = true where username = 'anna'")
    assert world.anna.get("/session").json()["user"]["site_moderator"] is True
    again = world.anonymous.post("/session", json={"username": "anna"})
    assert again.json()["user"]["site_moderator"] is True
    # By a claim of an issuer, only in a session that began there.
    world.psql.run("update users set moderator_by_claim = true where username = 'anna'")
    assert world.anna.get("/session").json()["user"]["site_moderator"] is False
    again = world.anonymous.post("/session", json={"username": "anna"})
    assert again.json()["user"]["site_moderator"] is False


def test_signing_out_ends_the_token_and_leaves_every_room(world: World) -> None:
    room = world.room()
    with world.relay.client() as browser:
        token = browser.post("/session", json={"username": "bo"}).json()["token"]
        assert browser.post("/rows/rpc/join_room", json={"room_id": room}).status_code == 200
        assert world.psql.roster(room) == ["bo"]
        out = browser.delete("/session")
        assert (out.status_code, out.content) == (204, b"")
        assert 'roomtone=""' in out.headers["set-cookie"]
        assert world.psql.roster(room) == []
        assert browser.get("/session").json()["user"] is None
    with world.relay.client(token) as stolen:
        problem(stolen.get("/session"), 401, "28000")
        problem(stolen.get("/rows/rooms"), 401, "28000")
        problem(stolen.delete("/session"), 401, "28000")
        stolen_cookie = {"Cookie": f"roomtone={token}"}
    seen = world.anonymous.get("/session", headers=stolen_cookie)
    assert seen.json()["user"] is None
    assert 'roomtone=""' in seen.headers["set-cookie"]


def test_another_session_of_the_same_user_continues(world: World) -> None:
    with world.relay.sign_in("anna") as other:
        assert other.delete("/session").status_code == 204
    assert world.anna.get("/session").json()["user"]["username"] == "anna"


def test_an_invalid_cookie_is_deleted(world: World) -> None:
    for value in ("nonsense", "a.b.c"):
        response = world.anonymous.get("/session", headers={"Cookie": f"roomtone={value}"})
        assert response.json()["user"] is None
        assert 'roomtone=""' in response.headers["set-cookie"]
        gone = world.anonymous.delete("/session", headers={"Cookie": f"roomtone={value}"})
        assert gone.status_code == 204
    with world.relay.client("nonsense") as api:
        problem(api.get("/session"), 401, "PGRST301")


def test_signing_out_without_being_signed_in_is_no_error(world: World) -> None:
    assert world.anonymous.delete("/session").status_code == 204


@pytest.mark.parametrize("body", [{}, {"username": None}, {"username": 7}, ["rick"], "rick"])
def test_signing_in_takes_a_name(world: World, body: object) -> None:
    problem(world.anonymous.post("/session", json=body), 400, "PGRST102")


def test_a_name_has_a_bounded_length(world: World) -> None:
    for name in ("", "  ", "x" * 41, "a\nb"):
        response = world.anonymous.post("/session", json={"username": name})
        problem(response, 400, "23514", "users_username_is_text")
    problem(world.anonymous.post("/session", json={"username": "a\0b"}), 400, "22021")
    assert world.psql.one("select count(*) from users") == 2


def test_new_users_of_one_address_come_slowly_on_all_relays(database_url: str) -> None:
    with (
        run_relay(database_url, new_users_per_hour=3) as relay,
        run_relay(database_url, new_users_per_hour=3) as other_relay,
        relay.client() as anonymous,
        other_relay.client() as elsewhere,
    ):
        anonymous.post("/session", json={"username": "anna"}).raise_for_status()
        elsewhere.post("/session", json={"username": "beep", "kind": "bot"}).raise_for_status()
        with relay.sign_in("cleo") as cleo:
            for client in (anonymous, elsewhere, cleo):
                refused = client.post("/session", json={"username": "dan"})
                problem(refused, 429, "53400", "users_are_rate_limited")
                assert refused.headers["retry-after"] == "1200"
        assert anonymous.post("/session", json={"username": "anna"}).status_code == 200
        moved = {"X-Forwarded-For": "192.0.2.1"}
        assert (
            anonymous.post("/session", json={"username": "dan"}, headers=moved).status_code == 200
        )


def test_a_person_cannot_sign_in_as_a_bot(world: World) -> None:
    world.psql.run("insert into users (username, kind) values ('House band', 'bot')")
    response = world.anonymous.post("/session", json={"username": "house band"})
    problem(response, 403, "42501", "users_only_people_sign_in")


def test_a_bot_signs_in_as_a_bot_and_no_user_is_both(world: World) -> None:
    signed_in = world.anonymous.post("/session", json={"username": "beep", "kind": "bot"})
    assert signed_in.json()["user"]["kind"] == "bot"
    again = world.anonymous.post("/session", json={"username": "BEEP", "kind": "bot"})
    assert again.json()["user"] == signed_in.json()["user"]
    problem(
        world.anonymous.post("/session", json={"username": "beep"}),
        403,
        "42501",
        "users_only_people_sign_in",
    )
    world.anonymous.post("/session", json={"username": "kit"})
    refused = world.anonymous.post("/session", json={"username": "kit", "kind": "bot"})
    problem(refused, 403, "42501", "users_only_bots_sign_in_as_bots")
    for kind in ("node", "sfu", None, 7):
        response = world.anonymous.post("/session", json={"username": "eve", "kind": kind})
        problem(response, 400, "PGRST102")


def test_demo_identities_are_off_unless_on_loopback_or_enabled(database_url: str) -> None:
    with run_relay(database_url, demo=False, push=False) as relay, relay.client() as anonymous:
        refused = anonymous.post("/session", json={"username": "rick"})
        assert "--demo" in problem(refused, 403, "28000", "session_is_a_demo")["details"]
        tokens_only = {"demo": False, "passkeys": False, "issuers": []}
        nobody = {"user": None, "demo": False, "sign_in": tokens_only, "kept": KEPT, "push": None}
        assert anonymous.get("/session").json() == nobody
        assert anonymous.get("/rows/rooms").status_code == 200


def test_pages_of_other_sites_cannot_write_with_the_cookie(world: World) -> None:
    elsewhere = [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": world.relay.url},
    ]
    with world.relay.client() as browser:
        browser.post("/session", json={"username": "bo"})
        for headers in elsewhere:
            for method, path in (
                ("POST", "/session"),
                ("DELETE", "/session"),
                ("POST", "/rows/rooms"),
                ("DELETE", "/rows/participants?room_id=eq.1"),
            ):
                response = browser.request(method, path, json={"username": "eve"}, headers=headers)
                problem(response, 403, "42501", "requests_come_from_own_pages")
        assert browser.get("/session").json()["user"]["username"] == "bo"
        ours: list[dict[str, str]] = [
            {"Origin": world.relay.url},
            {"Sec-Fetch-Site": "same-origin", "Origin": "https://proxied.example"},
            {},
        ]
        for headers in ours:
            made = browser.post("/rows/rooms", json={"name": "Mine"}, headers=headers)
            assert made.status_code == 201, made.text
    with_token = world.anna.post(
        "/rows/rooms", json={"name": "Hers"}, headers={"Origin": "https://elsewhere.example"}
    )
    assert with_token.status_code == 201


def test_an_invalid_cookie_does_not_make_the_relay_unavailable(world: World) -> None:
    response = get(f"{world.relay.url}/rows/rooms", Cookie="roomtone=%00;;=x")
    assert response.status_code in (200, 401)
