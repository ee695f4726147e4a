"""`Server-Timing`: the statements behind an answer, for who asks."""

from __future__ import annotations

import re

from ...running import run_relay

ASKED = {"Roomtone-Timing": "statements"}


def test_who_asks_is_told_the_statements_and_no_values(database_url: str) -> None:
    with run_relay(database_url) as relay, relay.sign_in("anna") as anna:
        answer = anna.post("/rows/rooms", json={"name": "Seventeen secrets"}, headers=ASKED)
        told = answer.headers["Server-Timing"]
    metrics = re.findall(r'sql;dur=(\d+\.\d\d);desc="((?:[^"\\]|\\.)*)"', told)
    assert "select roomtone.become(%s::jsonb, %s)" in [text for _, text in metrics]
    assert any("insert into" in text for _, text in metrics)
    assert "Seventeen" not in told
    assert ", ".join(f'sql;dur={ms};desc="{text}"' for ms, text in metrics) == told


def test_who_does_not_ask_is_told_nothing(database_url: str) -> None:
    with run_relay(database_url) as relay, relay.sign_in("anna") as anna:
        assert "Server-Timing" not in anna.get("/rows/hallway").headers


def test_a_relay_that_is_no_demo_tells_nobody(database_url: str) -> None:
    with run_relay(database_url, demo=False) as relay, relay.client() as visitor:
        assert "Server-Timing" not in visitor.get("/rows/hallway", headers=ASKED).headers
