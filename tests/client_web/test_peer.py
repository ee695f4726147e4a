"""Negotiation between real connections in one page; signals are only kept in order."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from ..patience import PATIENCE

# Two peers, a (who joined later) and b; signals arrive after a delay, in order.
PLAY = """
const { createPeer } = await import('/client/media/peer.js')
const said = [], broken = [], paths = {}
const create = (name, other, offers) => {
    let pipe = Promise.resolve()
    const send = (kind, body) => {
        if (kind !== 'candidate') said.push(`${name} ${kind}`)
        if (kind === 'connected') return
        const copy = structuredClone(body)
        pipe = pipe.then(() => new Promise((resolve) => setTimeout(resolve, 3))).then(() => void other().receive(kind, copy))
    }
    return createPeer({ offers, ice: { current: {}, get: async () => ({}) }, send }, {
        onState() {}, onTrack() {}, onRestart() {}, onGathered() {}, onIceError() {},
        onPath: (path) => (paths[name] = path), onBroken: (error) => broken.push(String(error)) })
}
const until = async (condition) => {
    const end = performance.now() + PATIENCE
    while (!(await condition())) {
        if (performance.now() > end) throw new Error('it did not come true: ' + JSON.stringify({ said, broken }))
        await new Promise((resolve) => setTimeout(resolve, 20))
    }
}
const a = create('a', () => b, true), b = create('b', () => a, false)
const both = () => a.state === 'connected' && b.state === 'connected'
const voice = () => {
    const context = new AudioContext()
    const oscillator = new OscillatorNode(context)
    const destination = context.createMediaStreamDestination()
    oscillator.connect(destination)
    oscillator.start()
    return destination.stream.getAudioTracks()[0]
}
const sent = async (peer) => {
    for (const report of (await peer.connection.getStats()).values()) if (report.type === 'outbound-rtp') return report.packetsSent
    return 0
}
"""


def play(page: Page, script: str) -> Any:
    return page.evaluate(
        f"async () => {{ const PATIENCE = {PATIENCE * 1000}; {PLAY} try {{ {script} }} finally {{ a.close(); b.close() }} }}"
    )


def test_the_newcomer_offers_once_and_both_connect(quiet_page: Page) -> None:
    seen = play(
        quiet_page,
        "b.start(); a.start(); await until(() => both() && said.includes('a connected') && Object.keys(paths).length === 2);"
        " return { said, broken, paths }",
    )
    assert seen["said"][:2] == ["a offer", "b answer"]
    assert sorted(seen["said"][2:]) == ["a connected"]
    assert seen["broken"] == []
    assert set(seen["paths"]) == {"a", "b"}


def test_a_path_that_the_statistics_name_late_is_found(quiet_page: Page) -> None:
    seen = play(
        quiet_page,
        """const statistics = a.connection.getStats.bind(a.connection)
        let asked = 0
        a.connection.getStats = async () => (asked++ ? statistics() : new Map())
        b.start(); a.start()
        await until(() => both() && said.includes('a connected'))
        return { paths, broken, connected: said.filter((each) => each === 'a connected').length }""",
    )
    assert seen["paths"]["a"] is not None
    assert (seen["connected"], seen["broken"]) == (1, [])


def test_joining_the_stage_needs_no_negotiation(quiet_page: Page) -> None:
    seen = play(
        quiet_page,
        """a.setTrack(voice())
        b.start(); a.start()
        await until(both)
        await until(async () => (await sent(a)) > 5)
        const quiet = await sent(b)
        const before = said.length
        b.setTrack(voice())
        await until(async () => (await sent(b)) > 5)
        a.setTrack(null)
        await until(async () => { const one = await sent(a); await new Promise((resolve) => setTimeout(resolve, 100)); return one === (await sent(a)) })
        return { quiet, said: said.slice(before).filter((line) => !line.endsWith('connected')), broken }""",
    )
    assert seen == {"quiet": 0, "said": [], "broken": []}


def test_two_restarts_at_the_same_moment_end_connected(quiet_page: Page) -> None:
    seen = play(
        quiet_page,
        """b.start(); a.start()
        await until(both)
        await until(() => said.includes('a connected'))
        const credentials = () => [a, b].map(({ connection }) => /a=ice-ufrag:(.*)/.exec(connection.localDescription.sdp)[1])
        const before = credentials()
        for (let round = 0; round < 5; round += 1) {
            const old = credentials()
            a.restart()
            b.restart()
            await until(() => credentials().every((each, index) => each !== old[index]))
            await until(() => both() && [a, b].every(({ connection }) => connection.signalingState === 'stable'))
        }
        return { broken, changed: credentials().every((each, index) => each !== before[index]), restarts: [a.restarts, b.restarts] }""",
    )
    assert seen == {"broken": [], "changed": True, "restarts": [5, 5]}


def test_an_invalid_description_is_reported_and_does_no_harm(quiet_page: Page) -> None:
    seen = play(
        quiet_page,
        """b.start()
        await b.receive('offer', { type: 'offer', sdp: 'no such thing' })
        const reported = broken.length
        a.start()
        await until(both)
        return reported""",
    )
    assert seen == 1


def test_a_candidate_without_a_description_is_ignored(quiet_page: Page) -> None:
    seen = play(
        quiet_page,
        """b.start()
        await b.receive('candidate', [{ candidate: 'candidate:1 1 udp 1 127.0.0.1 9 typ host', sdpMid: '0', sdpMLineIndex: 0 }])
        await b.receive('answer', { type: 'answer', sdp: 'v=0' })
        return { broken, state: b.state }""",
    )
    assert seen == {"broken": [], "state": "waiting"}
