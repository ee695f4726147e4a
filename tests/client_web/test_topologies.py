"""A room moves between a mesh, an SFU and an MCU while people talk: what they hear, measured from what their browsers play."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import aioice.ice
import pytest
from playwright.sync_api import BrowserContext

from ..people import Psql
from ..running import RunningRelay
from .browser import BrowserTab, Tab, open_tab
from .nodes import node_process, nodes, waits_for_nodes

RECORDER = (Path(__file__).parent / "recorder.js").read_text()
ANN, BOB, CY = 400, 700, 1000  # Hz: their voices
TONES = [ANN, BOB, CY]
HEARD = {"ann": {BOB}, "bob": {ANN}, "cy": {ANN, BOB}}
"""Speakers hear all others and not themselves, listeners everyone, and nobody the audience."""

ROUND = ("sfu", "mcu", "mesh", "mcu", "sfu", "mesh")
"""From a mesh, each of the six ways to move."""

WINDOWS = 50  # a second, of the recording
GAP = 1.0  # seconds without audio that a move may cost
SHARE = 0.75  # of all moves and voices; a machine that is busy itself stutters


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """aioice leaves 127.0.0.1 out; here it is all there is."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda *_, **__: ["127.0.0.1"])


@pytest.fixture
def tabs(context: BrowserContext, relay: RunningRelay, room: int) -> Iterator[dict[str, Tab]]:
    """Ann and Bob talk, Cy listens, and would be heard if it were up to Cy's browser."""
    context.add_init_script(RECORDER)
    voices = {"ann": ANN, "bob": BOB, "cy": CY}
    opened = {n: open_tab(context, relay.url, n, tone=tone) for n, tone in voices.items()}
    yield opened
    for tab in opened.values():
        assert tab.errors == [], f"{tab.username}'s console"


def everybody_is_on(tabs: Mapping[str, BrowserTab], topology: str) -> None:
    """Waits until all are there by the new way, and the old one is gone."""
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
    """A client of the audience that sends although it may not."""
    cy.run(
        """async () => {
            globalThis.forbidden ??= (await navigator.mediaDevices.getUserMedia({ audio: true })).getAudioTracks()[0]
            for (const { peer } of roomtone.peers()) for (const sender of peer.connection.getSenders()) await sender.replaceTrack(forbidden)
        }"""
    )


def now(tabs: dict[str, Tab]) -> dict[str, float]:
    """How far each recording is, in seconds."""
    return {name: tab.run("() => recorder.now()") for name, tab in tabs.items()}


def a_yes_is_heard(tabs: dict[str, Tab], psql: Psql, room: int, topology: str) -> None:
    """Whoever is invited to speak is heard after a yes with nothing left to negotiate, and after stepping down no more."""
    ann, bob, cy = tabs.values()
    psql.act_as("host").one("select invite_to_speak(%s, 'cy')", room)
    # Where it is allowed already, the microphone is open before the answer, and goes nowhere.
    cy.until("() => roomtone.state.me.invited && roomtone.state.microphone.state === 'on'")
    voice = "mix" if topology == "mcu" else f"user-{psql.act_as(None).person('cy')}"
    for tab in (ann, bob):
        tab.until(
            "(voice) => roomtone.peers()[0].peer.connection.remoteDescription.sdp.includes(`msid:${voice} `)",
            voice,
        )
    offers = psql.one("select count(*) from signals where kind = 'offer'")
    cy.run("() => roomtone.roomSession.consent.accept({ muted: false }).then(() => null)")
    ann.until("(tone) => recorder.hears(tone)", CY)
    assert psql.one("select count(*) from signals where kind = 'offer'") == offers
    psql.act_as("host").one("select move_to_audience(%s, 'cy')", room)
    psql.act_as(None)
    # For longer than a stumble of the sound on a busy machine.
    ann.until(
        """(tone) => {
            globalThis.quiet = recorder.hears(tone) ? 0 : (globalThis.quiet ?? 0) + 1
            return roomtone.state.audience.length === 1 && quiet > 20
        }""",
        CY,
    )
    ann.run("() => { globalThis.quiet = 0 }")


def silences(told: str) -> float:
    """The longest time without the tone, in seconds."""
    return max(len(each) for each in told.split("1")) / WINDOWS


def test_a_room_moves_in_all_six_directions_and_from_a_dead_node_while_people_talk(
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
        for topology in ROUND:
            began = now(tabs)
            psql.run("update rooms set topology = %s where id = %s", topology, room)
            everybody_is_on(tabs, topology)
            cy_sends_all_the_same(cy)
            for tab in tabs.values():
                # Rings light up by what is heard, and a node is nobody.
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
                for tone, told in heard[name].items():
                    if int(tone) in tones:
                        gaps.append(silences(told[part]))
                    else:
                        # A splice may click, which is a little of every tone.
                        assert told[part].count("1") < 10, (
                            f"{name} hears {tone} Hz on the way to {topology}"
                        )
            silent[topology, index] = gaps
        every = [gap for gaps in silent.values() for gap in gaps]
        assert sum(gap < GAP for gap in every) >= SHARE * len(every), silent

        psql.run("update rooms set stage = 'moderated' where id = %s", room)
        for topology in ("mcu", "sfu"):
            psql.run("update rooms set topology = %s where id = %s", topology, room)
            everybody_is_on(tabs, topology)
            a_yes_is_heard(tabs, psql, room, topology)

        # The node that carries the room dies, and nobody does anything about it.
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
            assert tab.state["connectionProblems"] == []
