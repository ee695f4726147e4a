"""Forty people enter one room at the same moment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright

from ..patience import PATIENCE
from ..people import Psql
from ..running import RunningRelay, run_relay
from .browser import chromium, patient_context

PEOPLE, ON_STAGE, PAGES = 40, 3, 2
WITHIN = 2 * PATIENCE  # seconds

# Of each pair: how many first offers, and how many connections, of both sides together. A path that was lost on a busy machine is found again
# by a later offer of the same connection: `o=` names it, and counts its descriptions from 2 on (RFC 8829, section 5.2.1).
NEGOTIATED = r"""
    with described as (
        select least(from_user, to_user) as one, greatest(from_user, to_user) as other, kind,
               regexp_match(body ->> 'sdp', 'o=- (\d+) (\d+)') as origin
          from signals where kind in ('offer', 'answer')
    ), pairs as (
        select count(*) filter (where kind = 'offer' and origin[2] = '2') as first_offers,
               count(distinct origin[1]) as connections
          from described group by one, other
    )
    select first_offers, connections, count(*) from pairs group by 1, 2
"""

SCRIPT = (Path(__file__).parent / "many_room_sessions.js").read_text()


@pytest.fixture
def crowd(playwright: Playwright) -> Iterator[Browser]:
    """A browser in which one page can be many users, each with a host name of their own."""
    with chromium(
        playwright,
        "--host-resolver-rules=MAP *.localhost 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
        "--disable-web-security",
    ) as browser:
        yield browser


@pytest.fixture
def relay(database_url: str) -> Iterator[RunningRelay]:
    """Where forty enter at once, a busy machine is late with streams and connections."""
    with run_relay(database_url, demo=True) as running:
        yield running


def test_forty_people_who_enter_at_once_get_one_roster_one_log_and_one_connection_for_each_pair(
    crowd: Browser, relay: RunningRelay, room: int, psql: Psql
) -> None:
    people: list[dict[str, Any]] = []
    for number in range(PEOPLE):
        with relay.client() as client:
            answer = client.post("/session", json={"username": f"guest {number}"}).json()
        role = None if number < ON_STAGE else "AUDIENCE"
        people.append(answer["user"] | {"token": answer["token"], "role": role, "room": room})
    stage = {person["id"] for person in people if person["role"] is None}

    context = patient_context(crowd, permissions=["microphone"], bypass_csp=True)
    pages: list[Page] = []
    for share in range(PAGES):
        page = context.new_page()
        page.goto(f"{relay.url}/live")
        page.evaluate(SCRIPT)
        port = relay.url.rsplit(":", 1)[-1]
        page.evaluate(
            "([people, port]) => manyRoomSessions.create(people, port)",
            [people[share::PAGES], port],
        )
        pages.append(page)
    for page in pages:
        page.evaluate("() => manyRoomSessions.enter()")
    for page in pages:
        page.wait_for_function(
            "(count) => manyRoomSessions.allConnected(count)",
            arg=PEOPLE,
            timeout=WITHIN * 1000,
            polling=250,
        )

    everywhere = [
        roster for page in pages for roster in page.evaluate("() => manyRoomSessions.rosters()")
    ]
    assert len(everywhere) == PEOPLE
    assert all(roster == psql.roster(room) for roster in everywhere)

    log = psql.all("select seq, table_name, type from events where room_id = %s order by seq", room)
    assert [seq for seq, _, _ in log] == list(range(1, len(log) + 1))
    joins = [seq for seq, table, kind in log if (table, kind) == ("participants", "INSERT")]
    assert len(joins) == PEOPLE

    for page, share in zip(pages, range(PAGES), strict=True):
        connections = page.evaluate("() => manyRoomSessions.connections()")
        for person, others in zip(people[share::PAGES], connections, strict=True):
            wanted = {p["id"] for p in people} if person["id"] in stage else stage
            assert set(others) == wanted - {person["id"]}
            assert len(others) == len(set(others))
    pairs = ON_STAGE * (ON_STAGE - 1) // 2 + ON_STAGE * (PEOPLE - ON_STAGE)
    assert psql.all(NEGOTIATED) == [(1, 2, pairs)]
