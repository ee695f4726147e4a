"""Four techniques in one room: everybody hears and sees the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext
from roomtone.tools.processes import free_port

from ..patience import eventually
from ..people import Psql
from ..running import RunningRelay, run_relay
from .browser import Tab, open_tab

VIAS = ("sse", "poll", "longpoll", "websocket")
VOICES = {"sse": 440.0, "poll": 700.0, "longpoll": 1000.0, "websocket": 1400.0}  # Hz

OpenVia = Callable[..., Tab]


@pytest.fixture
def via(context: BrowserContext, relay: RunningRelay) -> Iterator[OpenVia]:
    """`via("poll", "rick")`: a tab on this technique."""
    opened: list[Tab] = []

    def open_one(technique: str, username: str, *, url: str | None = None) -> Tab:
        tab = open_tab(context, url or relay.url, username, tone=VOICES[technique], via=technique)
        opened.append(tab)
        return tab

    yield open_one
    for each in opened:
        assert each.errors == [], f"{each.username}'s console"


def requests_of(tab: Tab, part: str) -> list[str]:
    """The addresses with this part that the tab requested."""
    found: list[str] = tab.run(
        "(part) => performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.includes(part))",
        part,
    )
    return found


def test_four_pages_on_four_techniques_hear_each_other(via: OpenVia, room: int) -> None:
    tabs = {technique: via(technique, technique) for technique in VIAS}
    for tab in tabs.values():
        tab.enter(room)
        assert tab.run("() => roomtone.shell.via") == tab.username
    others = {name: [other for other in VIAS if other != name] for name in VIAS}
    for name, tab in tabs.items():
        tab.sees(*VIAS)
        for other in others[name]:
            tab.connects_with(other)
    for tab in tabs.values():
        assert tab.unmute()
    for name, tab in tabs.items():
        for other in others[name]:
            tab.hears(other, VOICES[other])
    for tab in tabs.values():
        tab.until("() => roomtone.people().every(({ muted }) => !muted)")
    rosters = [
        tab.run(
            "() => roomtone.people().map(({ user_id, role, seq, muted }) => [user_id, role, seq, muted])"
        )
        for tab in tabs.values()
    ]
    assert all(roster == rosters[0] for roster in rosters)
    tabs["poll"].leave()
    for name in ("sse", "longpoll", "websocket"):
        tabs[name].sees("sse", "longpoll", "websocket")


def test_every_technique_subscribes_to_the_hallway_and_reads_why_a_room_is_left(
    via: OpenVia, psql: Psql
) -> None:
    tabs = [via(technique, technique) for technique in VIAS]
    for tab in tabs:
        tab.until("() => roomtone.shell.state.connection === 'live'")
    room = psql.room("host", "Tea")
    for tab in tabs:
        tab.until("() => roomtone.shell.state.hallway.some(({ name }) => name === 'Tea')")
    psql.seat(room, "beth")
    for tab in tabs:
        tab.until("() => roomtone.shell.state.hallway[0].here === 1")
        tab.enter(room)
        tab.sees("beth", tab.username)
        # Who is removed knows why, and does not rejoin.
        psql.run("delete from participants where user_id = %s", psql.person_id(tab.username))
        tab.until("() => roomtone.state.phase === 'left' && roomtone.state.reason === 'removed'")
        assert psql.roster(room) == ["beth"]
    for tab in tabs:
        tab.enter(room)
    psql.run("update rooms set name = 'Coffee' where id = %s", room)
    for tab in tabs:
        tab.until("() => roomtone.shell.state.hallway[0].name === 'Coffee'")
    psql.run("update rooms set ended_at = now() where id = %s", room)
    for tab in tabs:
        tab.until("() => roomtone.state.phase === 'left' && roomtone.state.reason === 'room ended'")
        tab.until("() => roomtone.shell.state.hallway.length === 0")


def test_a_subscription_is_presence_by_every_technique(via: OpenVia, room: int, psql: Psql) -> None:
    tabs = {technique: via(technique, technique) for technique in VIAS}
    for tab in tabs.values():
        tab.enter(room)
    peers = {technique: tab.state["me"]["peer_id"] for technique, tab in tabs.items()}
    # A stream keeps the seat, and each poll begins its grace period again.
    kept = "select bool_and(expires_at is null or expires_at > %s + interval '3 s') from participants where peer_id is not null"
    last = psql.one("select coalesce(max(expires_at), now()) from participants")
    eventually(lambda: psql.one(kept, last))
    assert dict(psql.all("select username, peer_id::text from roster")) == peers
    for tab in tabs.values():
        tab.page.close()
    over = "update participants set expires_at = now() - interval '1 second' where expires_at is not null"

    def everybody_has_left() -> bool:
        psql.run(over)  # each time: a poll that was under way begins a grace period, too
        return psql.roster(room) == []

    eventually(everybody_has_left)


def test_after_a_restart_of_the_relay_every_technique_reconnects_and_who_was_removed_does_not_rejoin(
    context: BrowserContext, database_url: str, psql: Psql
) -> None:
    """Each in a room of their own: who stays keeps the seat, and who was removed meanwhile is in the hallway."""
    port = free_port()
    with run_relay(database_url, demo=True, port=port) as first:
        stay, removed = (
            {
                technique: (
                    open_tab(context, first.url, f"{technique} {fate}", via=technique),
                    psql.room(f"host of {technique} {fate}"),
                )
                for technique in VIAS
            }
            for fate in ("stays", "goes")
        )
        for tab, room in (*stay.values(), *removed.values()):
            tab.enter(room)
        peers = {technique: tab.state["me"]["peer_id"] for technique, (tab, _) in stay.items()}
    for _, room in removed.values():
        psql.run("delete from participants where room_id = %s and role <> 'HOST'", room)
    with run_relay(database_url, demo=True, port=port):
        for technique, (tab, room) in stay.items():
            psql.seat(room, f"beth by {technique}")
            tab.sees(tab.username, f"beth by {technique}")
            tab.until("() => roomtone.state.phase === 'in'")
            assert tab.state["me"]["peer_id"] == peers[technique]
        for tab, room in removed.values():
            tab.until("() => roomtone.state.phase === 'left'")
            assert tab.state["reason"] == "removed"
            tab.until("() => roomtone.shell.state.connection === 'live'")
            assert psql.roster(room) == []


def test_over_the_websocket_signals_are_emitted_and_not_posted(via: OpenVia, room: int) -> None:
    rick, beth = via("sse", "rick"), via("websocket", "beth")
    rick.enter(room)
    beth.enter(room)
    beth.connects_with("rick")
    beth.settles()
    assert requests_of(beth, "/rows/signals") == []
    # A request is listed when its answer has come, which may be after beth has the signal and is connected.
    rick.until(
        "(part) => performance.getEntriesByType('resource').some(({ name }) => name.includes(part))",
        "/rows/signals",
    )
    writes = [
        entry
        for entry in beth.state["entries"]
        if entry["kind"] == "write" and entry["table"] == "signals"
    ]
    assert {entry["status"] for entry in writes} == {201}
    assert {row["kind"] for entry in writes for row in entry["rows"]} >= {"offer", "connected"}


def test_a_signal_over_the_websocket_is_refused_like_a_posted_one(
    via: OpenVia, room: int, psql: Psql
) -> None:
    rick = via("websocket", "rick")
    rick.enter(room)
    problem: Any = json.loads(
        rick.run(
            """async () => {
                const { createSocket } = await import('/client/signaling/socket.js')
                const me = roomtone.state.me.peer_id
                return new Promise((resolve) => {
                    const socket = createSocket({ url: `/rooms/${roomtone.roomSession.room_id}/socket?peer_id=${me}`, connect: roomtone.session.connect,
                        onFrame: () => {}, onState: async ({ state }) => {
                            if (state !== 'live') return
                            const refusal = await socket.emit('signal', { to_peer: crypto.randomUUID(), kind: 'offer',
                                body: { type: 'offer', sdp: 'v=0' } }).catch((problem) => problem)
                            socket.close()
                            resolve(JSON.stringify({ ...refusal, name: refusal.name, temporary: refusal.temporary }))
                        } })
                    socket.start()
                })
            }"""
        )
    )
    assert (problem["name"], problem["rule"]) == ("Problem", "signals_recipient_is_seated")
    assert problem["temporary"] is False


def test_polling_asks_once_a_second_and_long_polling_only_when_answered(
    via: OpenVia, room: int
) -> None:
    poll, longpoll = via("poll", "rick"), via("longpoll", "beth")
    for each in (poll, longpoll):
        each.enter(room)
    for each in (poll, longpoll):
        each.settles()
        each.run("() => performance.clearResourceTimings()")
    poll.until(
        "(part) => performance.getEntriesByType('resource').filter(({ name }) => name.includes(part)).length > 3",
        f"/rooms/{room}/events",
    )
    # However late a busy machine is, a second is between any two.
    began = poll.run(
        "(part) => performance.getEntriesByType('resource').filter(({ name }) => name.includes(part)).map((each) => each.startTime)",
        f"/rooms/{room}/events",
    )
    assert min(later - earlier for earlier, later in pairwise(began)) > 950  # ms
    # Whatever is still written is answered: then the next request asks after something else, an event or news of the hallway.
    asked = requests_of(longpoll, f"/rooms/{room}/events")
    queries = [parse_qs(urlsplit(address).query, keep_blank_values=True) for address in asked]
    after = [
        str([query.get(name) for name in ("after", "hallway", "invitations")]) for query in queries
    ]
    assert len(after) == len({*after})
