"""ICE servers and TURN credentials."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time

from roomtone.formats.ice import credentials
from roomtone.types import UserId

from ...running import run_relay
from ..rows_world import World, problem

SECRET = "shared with coturn"
STUN = "stun:stun.example:3478"
TURN = ("turn:turn.example:3478?transport=udp", "turns:turn.example:5349?transport=tcp")


def test_credentials_follow_the_draft() -> None:
    # checked against: printf 1700003600:7 | openssl dgst -sha1 -hmac secret -binary | base64
    username, password = credentials(UserId(7), secret="secret", ttl=3600, now=1_700_000_000.9)
    assert username == "1700003600:7"
    assert password == "0eDwZf8jAPpI3e06Kag2mHkrySk="


def test_without_servers_the_configuration_is_empty_and_says_so(world: World) -> None:
    assert world.anna.get("/ice").json() == {
        "iceServers": [],
        "iceTransportPolicy": "all",
        "ttl": 86400,
    }
    reply = problem(world.anna.get("/turn"), 404, "P0002", "turn_is_configured")
    assert "--turn-secret" in reply["hint"]


def test_a_person_gets_an_rtc_configuration_with_credentials(database_url: str) -> None:
    with (
        run_relay(
            database_url,
            ice_servers=(STUN,),
            turn_uris=TURN,
            turn_secret=SECRET,
            turn_ttl=600,
            ice_transport_policy="relay",
        ) as relay,
        relay.sign_in("rick") as rick,
        relay.client() as anonymous,
    ):
        me = rick.get("/session").json()["user"]["id"]
        response = rick.get("/ice")
        assert response.headers["cache-control"] == "no-store"
        ice = response.json()
        assert (ice["iceTransportPolicy"], ice["ttl"]) == ("relay", 600)
        stun, turn = ice["iceServers"]
        assert stun == {"urls": [STUN]}
        assert turn["urls"] == list(TURN)
        expiry, user = turn["username"].split(":")
        assert int(user) == me
        assert 590 <= int(expiry) - time.time() <= 601
        digest = hmac.new(SECRET.encode(), turn["username"].encode(), hashlib.sha1).digest()
        assert base64.b64decode(turn["credential"]) == digest

        rest = rick.get("/turn?service=turn").json()
        assert rest.keys() == {"username", "password", "ttl", "uris"}
        assert (rest["ttl"], rest["uris"]) == (600, list(TURN))

        assert anonymous.get("/ice").json()["iceServers"] == [{"urls": [STUN]}]
        problem(anonymous.get("/turn"), 401, "42501")

        assert rick.delete("/session").status_code == 204
        problem(rick.get("/turn"), 401, "28000")
        problem(rick.get("/ice"), 401, "28000")
