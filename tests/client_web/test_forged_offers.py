"""Encrypted rooms: offers that no browser makes get no audio as it is, and bring none."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

FORGED = """
const { createFrames } = await import('/client/media/encryption/frames.js')
const { createPeer } = await import('/client/media/peer.js')
const { createEdgeConnection } = await import('/client/media/edge_connection.js')
const none = () => {}
const connections = []
const tone = () => {
    const context = new AudioContext(), out = context.createMediaStreamDestination(), oscillator = new OscillatorNode(context)
    oscillator.connect(out)
    oscillator.start()
    return out.stream.getAudioTracks()[0]
}
const frames = (done) => createFrames({ onReport: done, onBroken: () => done('no worker') })
const offering = (side, direction, track) => {
    const pc = new RTCPeerConnection()
    connections.push(pc)
    pc.addEventListener('icecandidate', ({ candidate }) => candidate && side().receive('candidate', candidate.toJSON()))
    return { pc, transceiver: pc.addTransceiver(track ?? 'audio', { direction }) }
}
const answered = (pc) => async (kind, body) => {
    if (kind === 'answer') await pc.setRemoteDescription(body)
    if (kind === 'candidate') for (const each of [body].flat()) await pc.addIceCandidate(each)
}
"""
OFFERS_TO_RECEIVE_ONLY = """
return await new Promise(async (done) => {
    const base = crypto.getRandomValues(new Uint8Array(16)), own = frames(none), theirs = frames(done)
    own.send(7, base)
    theirs.receive(1, 7, base)
    const { pc, transceiver } = offering(() => peer, 'recvonly')
    theirs.protect(transceiver)
    theirs.listenTo(transceiver.receiver, 1)
    const peer = createPeer({ offers: false, protect: own.protect, ice: { current: {}, get: async () => ({}) }, send: answered(pc) },
        { onState: none, onTrack: none, onPath: none, onBroken: done, onIceError: none, onGathered: none, onRestart: none })
    peer.setTrack(tone())
    peer.start()
    await pc.setLocalDescription()
    peer.receive('offer', pc.localDescription.toJSON())
})
"""
PLAYS_A_MIX = """
return await new Promise(async (done) => {
    const own = frames(done)
    const { pc } = offering(() => edge, 'sendonly', tone())
    const edge = createEdgeConnection({ configuration: {}, protect: own.protect, send: answered(pc) },
        { onState: none, onPath: none, onSilence: none, onHeard: none, onVoice: (voice, track, receiver) => own.listenTo(receiver, 2), onBroken: done })
    edge.receiveVoices()
    await pc.setLocalDescription()
    edge.receive('offer', pc.localDescription.toJSON())
    const heard = async () => [...(await edge.connection.getStats()).values()].some(({ totalAudioEnergy }) => totalAudioEnergy > 0)
    while (!(await heard())) await new Promise((resolve) => setTimeout(resolve, 100))
    done('heard')
})
"""
WORKER_ENDS = """
const workers = []
globalThis.Worker = class extends Worker {
    constructor(...about) {
        workers.push(super(...about))
    }
}
const told = () => new Promise((done) => addEventListener('unhandledrejection', (event) => {
    event.preventDefault()
    done(event.reason.name)
}, { once: true }))
const broken = told()
createFrames({ onReport: none, onBroken() { throw new RangeError('seen') } })
workers[0].addEventListener('message', () => workers[0].terminate())
const first = await broken, refused = told()
frames(none)
workers[1].dispatchEvent(new MessageEvent('message', { data: { lock: '-' } })) // no such name may be had
return { first, second: await refused }
"""


def test_forged_offers_get_no_audio_that_is_not_encrypted_and_bring_none(quiet_page: Page) -> None:
    def report(script: str) -> dict[str, Any]:
        played = (
            f"{FORGED} try {{ {script} }} finally {{ connections.forEach((pc) => pc.close()) }}"
        )
        return dict(quiet_page.evaluate(f"async () => {{ {played} }}"))

    # Who only wants to receive gets what their keys decrypt.
    assert report(OFFERS_TO_RECEIVE_ONLY) == {"user": 1, "heard": True, "fault": None}
    # What an edge plays is not decrypted, and so not heard.
    assert report(PLAYS_A_MIX)["heard"] is False
    # What goes wrong after a worker has ended is not swallowed, nor is a lock that the browser refuses.
    assert report(WORKER_ENDS) == {"first": "RangeError", "second": "NotSupportedError"}
