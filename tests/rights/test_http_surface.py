"""What HTTP requests may reach before any row is read: addresses, methods, headers, functions."""

from __future__ import annotations

import re
from uuid import uuid4

import httpx
from starlette.applications import Starlette
from starlette.routing import Route

from ..people import Psql
from ..running import RunningRelay, run_relay


def test_demo_identities_are_refused_where_others_can_reach_the_relay(database_url: str) -> None:
    with run_relay(database_url, host="0.0.0.0") as relay, relay.client() as anonymous:
        assert relay.url.startswith("http://127.0.0.1:")
        refused = anonymous.post("/session", json={"username": "rick"})
        assert (refused.status_code, refused.json()["rule"]) == (403, "session_is_a_demo")
        assert anonymous.get("/session").json()["demo"] is False
    with run_relay(database_url, host="0.0.0.0", demo=True) as relay, relay.client() as anonymous:
        assert anonymous.post("/session", json={"username": "rick"}).status_code == 200


def test_functions_for_relays_and_psql_are_not_served(psql: Psql, database_url: str) -> None:
    psql.person("rick")
    private = psql.all(
        "select distinct proname from pg_proc p where pronamespace = 'roomtone'::regnamespace"
        " and not has_function_privilege('roomtone_person', oid, 'execute')"
    )
    assert {"relay_serve_seats", "become", "sign_in", "append_event"} <= {
        name for (name,) in private
    }
    with run_relay(database_url) as relay, relay.sign_in("eve") as eve:
        for (name,) in private:
            answer = eve.post(f"/rows/rpc/{name}", json={})
            assert (answer.status_code, answer.json()["code"]) == (404, "PGRST202"), name
        for table in (
            "events",
            "logs",
            "nodes",
            "secrets",
            "revoked_tokens",
            "openid_sessions",
            "passkey_challenges",
            "recovery_links",
            "schema_installs",
        ):
            assert eve.get(f"/rows/{table}").status_code == 404, table
        acting = eve.post("/rows/rpc/act_as", json={"username": "rick"})
        assert (acting.status_code, acting.json()["code"]) == (403, "42501")
        assert eve.get("/session").json()["user"]["username"] == "eve"


def answers(relay: RunningRelay) -> list[httpx.Response]:
    """A page, a file, JSON, and every way to be refused."""
    with relay.client() as anonymous:
        return [
            anonymous.get("/"),
            anonymous.get("/client/app.js"),
            anonymous.get("/session"),
            anonymous.get("/live"),
            anonymous.get("/nowhere"),
            anonymous.put("/session"),
            anonymous.get("/rows/rooms?id=eq.x"),
            anonymous.get("/rooms/1/events"),
            anonymous.post("/session", content=b"x" * 300_000),
            anonymous.post("/session", headers={"Origin": "https://elsewhere.example"}),
            anonymous.get("/", headers={"Host": "elsewhere.example"}),
            anonymous.get("/session", headers={"Authorization": "Bearer x"}),
        ]


def test_every_answer_forbids_inline_script_framing_and_sniffing(database_url: str) -> None:
    with run_relay(database_url) as relay:
        for answer in answers(relay):
            policy = answer.headers["content-security-policy"]
            assert "default-src 'self'" in policy, answer.url
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"
            permissions = answer.headers["permissions-policy"]
            assert "microphone=(self)" in permissions
            assert "camera=()" in permissions
            assert "server" not in answer.headers


def test_no_other_origin_is_allowed(database_url: str) -> None:
    """CORS is for WHIP, WHEP and listening without a seat alone: browsers keep all other answers, and requests that need asking, from other sites."""
    with run_relay(database_url) as relay, relay.sign_in("anna") as anna:
        origin = {"Origin": "https://elsewhere.example"}
        asking = {
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        }
        asked = anna.request("OPTIONS", "/rows/rooms", headers=origin | asking)
        for answer in (
            asked,
            anna.get("/rows/rooms", headers=origin),
            anna.get("/", headers=origin),
        ):
            assert not [name for name in answer.headers if name.startswith("access-control-")]
        app = relay.server.config.app
        assert isinstance(app, Starlette)
        ways = {route.path for route in app.routes if isinstance(route, Route)}
        assert len(ways) > 10
        talkative = set()
        for way in ways:
            path = re.sub(r"\{[^}]*\}", "1", way)
            if path.endswith("/events"):  # a stream has no end; its head is the same
                answers = [anna.head(path, headers=origin)]
            else:
                answers = [anna.get(path, headers=origin)]
            answers.append(anna.request("OPTIONS", path, headers=origin | asking))
            if any(name.startswith("access-control-") for one in answers for name in one.headers):
                talkative.add(way)
        assert talkative
        assert all(re.search("/(whip|whep|listen)", way) for way in talkative), talkative


def test_any_page_can_read_why_whip_and_whep_refused_it(database_url: str) -> None:
    """From every check that refuses: of hosts, origins, sizes and rates, the router, the endpoint."""
    elsewhere = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    sdp = {"Content-Type": "application/sdp"}
    with run_relay(database_url, body_limit=10_000) as relay, relay.client() as page:
        token = {"Authorization": f"Bearer {relay.token('obs')}"}
        for path in (
            "/rooms/1/whip",
            "/rooms/1/whep",
            f"/rooms/1/whip/{uuid4()}",
            f"/rooms/1/whep/{uuid4()}",
        ):
            method = "POST" if path.endswith("p") else "PATCH"
            seen, allowed = [], ""
            for way, headers, body in (
                (method, {}, "v=0"),
                (method, {"Host": "elsewhere.example"}, "v=0"),
                (method, token, "v=0" * 5_000),
                (method, token | {"Content-Type": "text/plain"}, "v=0"),
                ("GET", {}, ""),
                ("OPTIONS", {}, ""),
            ):
                sent = elsewhere | sdp | headers
                answer = page.request(way, path, headers=sent, content=body)
                seen.append(answer.status_code)
                assert answer.headers["access-control-allow-origin"] == "*", (path, answer)
                allowed = answer.headers.get("access-control-allow-headers", "")
            assert seen == [403, 421, 413, 415, 405, 200], path
            assert {each.strip() for each in allowed.split(",")} == {"Authorization", "*"}
    with run_relay(database_url, requests_per_second=1.0) as relay, relay.client() as page:
        while (answer := page.options("/rooms/1/whip", headers=elsewhere)).status_code != 429:
            assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "Retry-After" in answer.headers["access-control-expose-headers"]
