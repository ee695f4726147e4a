"""A room changes between mesh, SFU and MCU while people talk; measured is what their browsers play."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import aioice.ice
import pytest
from playwright.sync_api import BrowserContext

from ..patience import eventually
from ..people import Psql
from ..running import RunningRelay
from .browser import BrowserTab, Tab, open_tab
from .nodes import node_process, nodes, waits_for_nodes

RECORDER = (Path(__file__).parent / "recorder.js").read_text()
ANN, BOB, CY = 400, 700, 1000  # Hz: their voices
TONES = [ANN, BOB, CY]
HEARD = {"ann": {BOB}, "bob": {ANN}, "cy": {ANN, BOB}}
"""Speakers hear all others and not themselves, listeners all speakers, and nobody hears listeners."""

ROUND = ("sfu", "mcu", "mesh", "mcu", "sfu", "mesh")
"""From a mesh, each of the six changes. The database makes the first and the last: one more may speak, and then a mesh may have more speakers."""

WINDOWS = 50  # a second, of the recording
GAP = 1.0  # seconds without audio at a change
SHARE = 0.75  # of all changes and voices; a busy machine has gaps of its own


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """aioice ignores 127.0.0.1, the only address here."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda *_, **__: ["127.0.0.1"])


@pytest.fixture
def tabs(context: BrowserContext, relay: RunningRelay, room: int) -> Iterator[dict[str, Tab]]:
    """Ann and Bob talk; Cy is a listener whose browser sends audio all the same."""
    context.add_init_script(RECORDER)
    voices = {"ann": ANN, "bob": BOB, "cy": CY}
    opened = {n: open_tab(context, relay.url, n, tone=tone) for n, tone in voices.items()}
    yield opened
    for tab in opened.values():
        assert tab.errors == [], f"{tab.username}'s console"


def everybody_is_on(tabs: Mapping[str, BrowserTab], topology: str) -> None:
    """Waits until all use this topology and old connections are closed."""
    for tab in tabs.values():
        tab.until(
            """(topology) => {
                const { route, nodes } = roomtone.state
                const peers = roomtone.peers()
                const node = ({ user_id }) => nodes.some((seat) => seat.user_id === user_id)
                return route.topology === topology && route.status === 'settled'
                    && peers.every(({ peer }) => peer.state === 'connected')
                    && (topology === 'mesh' ? peers.length === 2 && !peers.some(node) : peers.length === 1 && node(peers[0]))
            }""",
            topology,
        )


def cy_sends_all_the_same(cy: Tab) -> None:
    """A listener's client that sends although it may not."""
    cy.run(
        """async () => {
            globalThis.forbidden ??= (await navigator.mediaDevices.getUserMedia({ audio: true })).getAudioTracks()[0]
            for (const { peer } of roomtone.peers()) for (const sender of peer.connection.getSenders()) await sender.replaceTrack(forbidden)
        }"""
    )


def change(psql: Psql, room: int, index: int) -> None:
    """The change with this place in ROUND."""
    if index == 0:
        psql.run("insert into topology_sizes (mesh_speakers) values (2)")
        psql.seat(room, "dee")
        # At once, or with the next heartbeat where another transaction holds the nodes.
        eventually(lambda: psql.one("select topology from rooms where id = %s", room) == "sfu")
        psql.run("delete from participants where user_id = %s", psql.person_id("dee"))
    elif index < len(ROUND) - 1:
        waits_for_nodes(psql, "sfu", "mcu")
        psql.run("update rooms set topology = %s where id = %s", ROUND[index], room)
    else:
        psql.run("update rooms set topology = 'auto' where id = %s", room)
        psql.run("update topology_sizes set mesh_speakers = 3 where true")  # the next heartbeat


def now(tabs: dict[str, Tab]) -> dict[str, float]:
    """The position of each recording, in seconds."""
    return {name: tab.run("() => recorder.now()") for name, tab in tabs.items()}


def a_yes_is_heard(tabs: dict[str, Tab], psql: Psql, room: int, topology: str) -> None:
    """A person who accepts an invitation is heard without negotiation, and not after leaving the stage."""
    ann, bob, cy = tabs.values()
    psql.act_as("host").one("select invite_to_speak(%s, 'cy')", room)
    # If the microphone is allowed, it is opened before the answer, and nothing is sent.
    cy.until("() => roomtone.state.me.invited && roomtone.state.microphone.state === 'on'")
    voice = "mix" if topology == "mcu" else f"user-{psql.act_as(None).person('cy')}"
    for tab in (ann, bob):
        tab.until(
            "(voice) => roomtone.peers()[0].peer.connection.remoteDescription?.sdp.includes(`msid:${voice} `)",
            voice,
        )
    offers = psql.one("select count(*) from signals where kind = 'offer'")
    cy.run("() => roomtone.roomSession.consent.accept({ muted: false }).then(() => null)")
    ann.until("(tone) => recorder.hears(tone)", CY)
    assert psql.one("select count(*) from signals where kind = 'offer'") == offers
    psql.act_as("host").one("select move_to_audience(%s, 'cy')", room)
    psql.act_as(None)
    # Longer than a gap on a busy machine.
    ann.until(
        """(tone) => {
            globalThis.quiet = recorder.hears(tone) ? 0 : (globalThis.quiet ?? 0) + 1
            return roomtone.state.audience.length === 1 && quiet > 20
        }""",
        CY,
    )
    ann.run("() => { globalThis.quiet = 0 }")


def silences(windows: str) -> float:
    """The longest time without the tone, in seconds."""
    return max(len(each) for each in windows.split("1")) / WINDOWS


def test_a_room_changes_its_topology_in_all_six_ways_and_leaves_a_dead_node_while_people_talk(
    tabs: dict[str, Tab], database_url: str, psql: Psql, room: int
) -> None:
    ann, bob, cy = tabs.values()
    with ExitStack() as stack:
        doomed = stack.enter_context(node_process(database_url, "sfu"))
        stack.enter_context(nodes(database_url, "mcu"))
        for tab in (ann, bob):
            tab.enter(room)
        cy.enter(room, role="AUDIENCE")
        for tab in (ann, bob):
            assert tab.unmute()
        everybody_is_on(tabs, "mesh")
        waits_for_nodes(psql, "sfu", "mcu")
        for tab in tabs.values():
            tab.run("() => recorder.start()")
        for tab, tone in ((ann, BOB), (bob, ANN), (cy, ANN), (cy, BOB)):
            tab.until("(tone) => recorder.hears(tone)", tone)

        moves = []
        for index, topology in enumerate(ROUND):
            began = now(tabs)
            change(psql, room, index)
            everybody_is_on(tabs, topology)
            cy_sends_all_the_same(cy)
            for tab in tabs.values():
                # Only people are marked as speaking, not the node.
                tab.until(
                    """() => JSON.stringify(roomtone.people().map((p) => [p.username, p.speaking])) === '[["ann",true],["bob",true],["cy",false]]'"""
                )
            moves.append((topology, began))
        moves.append(("the end", now(tabs)))
        heard = {
            name: tab.run("(tones) => recorder.stop(tones)", TONES) for name, tab in tabs.items()
        }
        silent: dict[tuple[str, int], list[float]] = {}
        for index, (topology, began) in enumerate(moves[:-1]):
            gaps = []
            for name, tones in HEARD.items():
                part = slice(
                    round(began[name] * WINDOWS), round(moves[index + 1][1][name] * WINDOWS)
                )
                for tone, windows in heard[name].items():
                    if int(tone) in tones:
                        gaps.append(silences(windows[part]))
                    else:
                        # At a change there may be a click, which contains every tone.
                        assert windows[part].count("1") < 10, (
                            f"{name} hears {tone} Hz on the way to {topology}"
                        )
            silent[topology, index] = gaps
        every = [gap for gaps in silent.values() for gap in gaps]
        assert sum(gap < GAP for gap in every) >= SHARE * len(every), silent

        psql.run("update rooms set stage = 'moderated' where id = %s", room)
        for topology in ("mcu", "sfu"):
            waits_for_nodes(psql, "sfu", "mcu")
            psql.run("update rooms set topology = %s where id = %s", topology, room)
            everybody_is_on(tabs, topology)
            a_yes_is_heard(tabs, psql, room, topology)

        # The room's node is killed, and nobody does anything.
        [before] = psql.one("select array_agg(peer_id::text) from roster where kind = 'sfu'")
        stack.enter_context(nodes(database_url, "sfu"))
        waits_for_nodes(psql, "sfu", "sfu", "mcu")
        doomed.kill()
        for tab in tabs.values():
            tab.until(
                "(peer_id) => roomtone.state.nodes.length === 1 && roomtone.state.nodes[0].peer_id !== peer_id",
                before,
            )
        everybody_is_on(tabs, "sfu")
        for tab, tones in zip(tabs.values(), HEARD.values(), strict=True):
            for tone in TONES:
                tab.until(
                    "([tone, heard]) => recorder.hears(tone) === heard", [tone, tone in tones]
                )
            tab.until("() => roomtone.state.connectionProblems.length === 0")
