"""A listener whom an edge serves: what they hear, and who hears them. The edge leads a real Janus."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from statistics import median

import aioice.ice
import pytest
from playwright.sync_api import BrowserContext
from roomtone.media.node.sfu import Sfu

from ..patience import waited_for_processor
from ..people import Psql
from ..running import RunningRelay
from ..triggers.edges import at_once, sizes
from .browser import Tab, open_tab
from .nodes import node_process, nodes, waits_for_nodes

RECORDER = (Path(__file__).parent / "recorder.js").read_text()
# Hz: their voices. Where three are too loud together, the mix has sums and differences of theirs, all of them multiples of 100.
ANN, BOB, DEE, CY = 400, 700, 1000, 850
STAGE = [ANN, BOB, DEE]

MISSED = 100  # ms in which not all of the stage is played, while the route changes
WINDOW = 20  # ms
ECHO = 5  # windows in a row; where audio breaks off, a single one has some of every tone

HEARD_WITHIN = 300.0  # ms from the yes to the ears of the others, as docs/edges.md says
ACCEPT = """() => {
    const at = performance.timeOrigin + performance.now()
    roomtone.roomSession.consent.accept({ muted: false })
    return at
}"""
# The o= line of a description counts the offers (RFC 3264, 8). A connection that was lost meanwhile, as on a machine that stood still, is another one.
NEGOTIATED = """() => {
    const { connection } = roomtone.peers()[0].peer
    const offered = connection.localDescription?.sdp.match(/^o=.*/m)[0]
    const before = globalThis.before
    globalThis.before = { connection, offered }
    return before?.connection === connection && before.offered !== offered
}"""
# A second after this node is connected: an edge stays half a second beside a stage that is heard (route_changes.js).
CONNECTIONS_LATER = """async (kind) => {
    const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
    while (roomtone.state.route.node?.kind !== kind || !roomtone.state.route.connected) await after(20)
    await after(1000)
    return roomtone.peers().length
}"""
EXPECT = "(tone) => { globalThis.first = recorder.hearsFirst(tone) }"


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """aioice ignores 127.0.0.1, at which the node of the stage is reached here."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda *_, **__: ["127.0.0.1"])


def listens_through(tab: Tab, kind: str) -> None:
    """Waits until this is the only connection."""
    tab.until(
        """(kind) => {
            const { route } = roomtone.state
            return route.status === 'settled' && route.connected && route.node?.kind === kind && roomtone.peers().length === 1
        }""",
        kind,
    )


def hears(tab: Tab, *tones: int) -> None:
    """Waits until it hears all of these at once."""
    tab.until("(tones) => tones.every((tone) => recorder.hears(tone))", list(tones))


def says_yes(psql: Psql, room: int, listener: Tab, tone: int, others: list[Tab]) -> None:
    """Is invited, is connected with the stage, and accepts: all hear it within 300 ms, without any further negotiation."""
    psql.act_as("host").one("select invite_to_speak(%s, %s)", room, listener.username)
    psql.act_as(None)
    listener.until("() => roomtone.state.me.invited && roomtone.state.microphone.state === 'on'")
    listens_through(listener, "sfu")
    voice = f"user-{psql.person(listener.username)} "
    for each in others:
        each.until(
            "(voice) => roomtone.peers()[0].peer.connection.remoteDescription?.sdp.includes(`msid:${voice}`)",
            voice,
        )
        assert not each.run("(tone) => recorder.hears(tone)", tone)
        each.run(EXPECT, tone)
    for each in (listener, *others):
        each.run(NEGOTIATED)
    before = waited_for_processor()
    accepted = listener.run(ACCEPT)
    after = median(each.run("() => first") for each in others) - accepted
    waited = 1000 * (waited_for_processor() - before)
    assert not any(each.run(NEGOTIATED) for each in (listener, *others))
    assert after - waited < HEARD_WITHIN, f"{after} ms, of which {waited} waiting for a processor"


def test_a_listener_of_an_edge_hears_the_stage_comes_to_it_and_survives_the_edge(
    context: BrowserContext, relay: RunningRelay, database_url: str, psql: Psql
) -> None:
    room = psql.room("host", stage="moderated")
    at_once(psql, room, 50)  # cy is the 51st listener
    context.add_init_script(RECORDER)
    with ExitStack() as stack:
        doomed = stack.enter_context(node_process(database_url, "edge"))
        stack.enter_context(nodes(database_url, "sfu", "mcu"))
        waits_for_nodes(psql, "sfu", "mcu", "edge")
        psql.run("update rooms set topology = 'sfu' where id = %s", room)
        voices = {"ann": ANN, "bob": BOB, "dee": DEE, "cy": CY}
        tabs = {n: open_tab(context, relay.url, n, tone=tone) for n, tone in voices.items()}
        *speakers, cy = tabs.values()
        for tab in speakers:
            psql.seat(room, tab.username, "SPEAKER")
            tab.enter(room)
            assert tab.unmute()
        cy.enter(room)

        # Three speakers in one stream, and who speaks is known although it does not say so.
        listens_through(cy, "edge")
        hears(cy, *STAGE)
        cy.until(
            "() => roomtone.people().filter((p) => p.speaking).map((p) => p.username).join() === 'ann,bob,dee'"
        )
        assert cy.run(
            "() => roomtone.peers()[0].peer.connection.getTransceivers().map((t) => t.currentDirection)"
        ) == ["recvonly"]
        hears(speakers[0], BOB, DEE)
        for tab in speakers:
            assert not tab.run("(tone) => recorder.hears(tone)", CY)

        # From the edge to the stage, before the yes, and back.
        cy.run("() => recorder.start()")
        before = waited_for_processor()
        cy.run("(voices) => recorder.watch(voices)", len(STAGE))
        says_yes(psql, room, cy, CY, speakers)
        # While cy was invited, the node of the stage may have given its newest listener to the edge.
        psql.seat(room, "person 050", "AUDIENCE")
        psql.act_as("host").one("select move_to_audience(%s, 'cy')", room)
        psql.act_as(None)
        listens_through(cy, "edge")
        hears(cy, *STAGE)
        missed = cy.run("() => recorder.missed()") - 1000 * (waited_for_processor() - before)
        assert missed < MISSED, f"{missed} ms, without those of waiting for a processor"
        heard = cy.run("(tones) => recorder.stop(tones)", [*STAGE, CY])
        waited = 1000 * (waited_for_processor() - before)
        for tone in STAGE:
            silent = WINDOW * heard[str(tone)].count("0") - waited
            assert silent < WINDOW * len(heard[str(tone)]) / 2, f"{waited} ms waited in {heard}"
        assert "1" * ECHO not in heard[str(CY)], "nobody hears themselves"

        # The room is mixed, then a mesh, then on an SFU again, and nobody leaves. In a mesh the fifty others, who have no browser, would be connected with.
        sizes(psql, 0)
        psql.run(
            "delete from participants p using users u where u.id = p.user_id and u.username like 'person %%'"
        )
        for topology, way in (("mcu", "edge"), ("mesh", None), ("sfu", "edge")):
            psql.run("update rooms set topology = %s where id = %s", topology, room)
            cy.until(
                "(topology) => roomtone.state.route.topology === topology && roomtone.state.route.status === 'settled'",
                topology,
            )
            if way is not None:
                listens_through(cy, way)
            hears(cy, *STAGE)

        # The edge is killed, and the node of the stage takes its listeners.
        doomed.kill()
        listens_through(cy, "sfu")
        hears(cy, *STAGE)
        for tab in tabs.values():
            tab.until("() => roomtone.state.connectionProblems.length === 0")
            # An answer may cross a change of the edge, and is refused then.
            errors = [said for said in tab.errors if "/rows/signals" not in said]
            assert errors == [], f"{tab.username}'s console"


def test_who_is_invited_hears_the_edge_until_the_stage_is_heard(
    context: BrowserContext,
    relay: RunningRelay,
    database_url: str,
    psql: Psql,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room = psql.room("host", stage="moderated")
    sizes(psql, 0)
    context.add_init_script(RECORDER)
    with (
        node_process(database_url, "edge"),
        nodes(database_url, "sfu"),
        monkeypatch.context() as connected_but_silent,
    ):
        waits_for_nodes(psql, "sfu", "edge")
        psql.run("update rooms set topology = 'sfu' where id = %s", room)
        ann, cy = (open_tab(context, relay.url, n, tone=t) for n, t in (("ann", ANN), ("cy", CY)))
        psql.seat(room, "ann", "SPEAKER")
        ann.enter(room)
        assert ann.unmute()
        cy.enter(room)
        listens_through(cy, "edge")
        hears(cy, ANN)
        connected_but_silent.setattr(Sfu, "_forward", lambda *_: None)
        psql.act_as("host").one("select invite_to_speak(%s, 'cy')", room)
        psql.act_as(None)
        assert cy.run(CONNECTIONS_LATER, "sfu") == 2
        hears(cy, ANN)
        connected_but_silent.undo()
        listens_through(cy, "sfu")
        hears(cy, ANN)


def test_a_listener_of_a_room_too_large_for_its_node_hears_it_through_a_second_one(
    context: BrowserContext, relay: RunningRelay, database_url: str, psql: Psql
) -> None:
    room = psql.room("host", stage="moderated")
    context.add_init_script(RECORDER)
    with ExitStack() as stack:
        doomed = stack.enter_context(node_process(database_url, "mcu"))
        stack.enter_context(nodes(database_url, "sfu"))
        waits_for_nodes(psql, "sfu", "mcu")
        psql.run("update nodes set capacity = 1 where kind = 'sfu'")
        psql.run("update rooms set topology = 'sfu' where id = %s", room)
        tabs = {
            n: open_tab(context, relay.url, n, tone=t) for n, t in {"ann": ANN, "cy": CY}.items()
        }
        ann, cy = tabs.values()
        psql.seat(room, "ann", "SPEAKER")
        ann.enter(room)
        assert ann.unmute()
        cy.enter(room)
        # By the mix of that node, and by the stage's from before the yes on.
        listens_through(cy, "edge")
        hears(cy, ANN)
        says_yes(psql, room, cy, CY, [ann])
        psql.act_as("host").one("select move_to_audience(%s, 'cy')", room)
        psql.act_as(None)
        listens_through(cy, "edge")
        hears(cy, ANN)
        doomed.kill()
        listens_through(cy, "sfu")
        hears(cy, ANN)
        for tab in tabs.values():
            tab.until("() => roomtone.state.connectionProblems.length === 0")
