"""`Server-Timing`: the statements of a request, if it asks for them."""

from __future__ import annotations

import re

from ...running import run_relay

ASKED = {"Roomtone-Timing": "statements"}


def test_a_request_that_asks_gets_the_statements_without_values(database_url: str) -> None:
    with run_relay(database_url) as relay, relay.sign_in("anna") as anna:
        answer = anna.post("/rows/rooms", json={"name": "Seventeen secrets"}, headers=ASKED)
        reply = answer.headers["Server-Timing"]
    metrics = re.findall(r'sql;dur=(\d+\.\d\d);desc="((?:[^"\\]|\\.)*)"', reply)
    assert "select roomtone.become(%s::jsonb, %s)" in [text for _, text in metrics]
    assert any("insert into" in text for _, text in metrics)
    assert "Seventeen" not in reply
    assert ", ".join(f'sql;dur={ms};desc="{text}"' for ms, text in metrics) == reply


def test_a_request_that_does_not_ask_gets_no_timing(database_url: str) -> None:
    with run_relay(database_url) as relay, relay.sign_in("anna") as anna:
        assert "Server-Timing" not in anna.get("/rows/hallway").headers


def test_a_relay_without_demo_sends_no_timing(database_url: str) -> None:
    with run_relay(database_url, demo=False) as relay, relay.client() as anonymous:
        assert "Server-Timing" not in anonymous.get("/rows/hallway", headers=ASKED).headers
