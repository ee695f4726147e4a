import { errorFrom } from '../signaling/problem.js'
import { createHeldCandidates } from './held_candidates.js'
import { voicesOf, withoutCandidates } from './node_description.js'
import { selectedPathOf } from './selected_path.js'

/** @import { Json } from '../signaling/json.js' */

/**
 * The connection with a media node. This side always offers. The node's answer says whose voice each transceiver has: `a=msid:` is
 * `user-7` for one person (an SFU) and `mix` for everybody (an MCU). There is one transceiver for each voice; the first also sends mine.
 *
 * The answer has all candidates of the node, so the offer is sent without ours; they are sent later if that was not enough.
 * A node does not support ICE restarts: a connection that fails is replaced by a new one.
 *
 * @typedef {'waiting'|'connecting'|'connected'|'reconnecting'|'failed'} Connection
 *
 * @typedef {object} NodeListener
 * @property {(state: Connection) => void} onState
 * @property {(voice: string, track: MediaStreamTrack, receiver: RTCRtpReceiver) => void} onVoice  a track has this voice from now on
 * @property {(voice: string) => void} onSilence  no track has it any more
 * @property {() => void} onHeard  the first packet of a voice has come
 * @property {(path: import('./peer.js').Path|null) => void} onPath
 * @property {(error: Error) => void} onBroken  it has to be replaced
 *
 * @param {object} options
 * @param {RTCConfiguration} options.configuration
 * @param {(kind: 'offer'|'candidate'|'connected', body: Json) => void} options.send
 * @param {(transceiver: RTCRtpTransceiver) => void} [options.protect]  as for a peer
 * @param {NodeListener} listener
 */
export function createNodeConnection({ configuration, send, protect = () => {} }, listener) {
  const CANDIDATES_WAIT = 800 // ms after the answer; then my candidates are sent, too
  const ANSWERED_WITHIN = 8_000 // ms
  const DISCONNECTED_WAIT = 3_000 // ms; often `disconnected` ends by itself

  const pc = new RTCPeerConnection(configuration)
  const outgoing = pc.addTransceiver('audio', { direction: 'sendrecv' })
  protect(outgoing)
  /** @type {Map<string, string>} mid → voice */ let received = new Map()
  /** @type {string[]} */ let wanted = []
  const candidates = createHeldCandidates((found) => send('candidate', found))
  let offered = '' // the voices of the latest offer
  /** @type {number|undefined} */ let answerTimer // for the answer
  /** @type {number|undefined} */ let candidatesTimer
  /** @type {number|undefined} */ let disconnectedTimer
  let closed = false
  let wasConnected = false
  /** @type {Connection|null} */ let state = null

  /** @param {Connection} next */
  function setState(next) {
    if (closed || next === state) return
    state = next
    listener.onState(next)
  }

  /** @param {Error} error */
  function broken(error) {
    if (!closed) listener.onBroken(error)
  }

  const isNegotiating = () => pc.signalingState !== 'stable' || answerTimer !== undefined

  async function negotiate() {
    const key = wanted.join(' ')
    if (closed || isNegotiating() || key === offered) return
    offered = key
    const there = pc.getTransceivers().length
    for (let missing = wanted.length - there; missing > 0; missing--) protect(pc.addTransceiver('audio', { direction: 'recvonly' }))
    answerTimer = setTimeout(() => broken(new Error('the node does not answer')), ANSWERED_WITHIN)
    try {
      await pc.setLocalDescription()
      if (!closed) send('offer', withoutCandidates(/** @type {RTCSessionDescription} */ (pc.localDescription)))
    } catch (error) {
      broken(errorFrom(error))
    }
  }

  /** @param {RTCSessionDescriptionInit & { sdp: string }} description */
  async function answered(description) {
    if (pc.signalingState !== 'have-local-offer') return // an answer that was repeated
    await pc.setRemoteDescription(description)
    clearTimeout(answerTimer)
    answerTimer = undefined
    listen(voicesOf(description.sdp))
    candidatesTimer ??= setTimeout(release, CANDIDATES_WAIT)
    negotiate() // the wanted voices may have changed meanwhile
  }

  /** Reports voices that have a track now, and voices that have none any more. @param {Map<string, string>} voices */
  function listen(voices) {
    const before = received
    received = voices
    for (const [mid, voice] of before) if (voices.get(mid) !== voice) listener.onSilence(voice)
    for (const { mid, receiver } of pc.getTransceivers()) {
      const voice = mid === null ? undefined : voices.get(mid)
      if (voice && before.get(mid ?? '') !== voice) listener.onVoice(voice, receiver.track, receiver)
    }
  }

  function release() {
    if (!closed && pc.connectionState !== 'connected') candidates.release()
  }

  async function connected() {
    clearTimeout(disconnectedTimer)
    clearTimeout(candidatesTimer)
    wasConnected = true
    setState('connected')
    const path = selectedPathOf(await pc.getStats())
    if (closed) return
    listener.onPath(path)
    if (path) send('connected', path)
  }

  const changes = {
    new: () => setState('waiting'),
    connecting: () => setState(wasConnected ? 'reconnecting' : 'connecting'),
    connected,
    disconnected() {
      setState('reconnecting')
      disconnectedTimer = setTimeout(() => broken(new Error('the connection to the node was lost')), DISCONNECTED_WAIT)
    },
    failed: () => broken(new Error('no way to the node was found')),
    closed() {},
  }
  pc.addEventListener('connectionstatechange', () => changes[pc.connectionState]())
  pc.addEventListener('track', ({ track }) => track.addEventListener('unmute', () => !closed && listener.onHeard(), { once: true }))
  pc.addEventListener('icecandidate', ({ candidate }) => {
    if (candidate?.candidate) candidates.add(candidate.toJSON())
  })

  return {
    /** For statistics and tests. */
    connection: pc,
    get state() {
      return state
    },

    /** Whether a packet of this voice has come. @param {string} voice */
    hears: (voice) => pc.getTransceivers().some(({ mid, receiver }) => received.get(mid ?? '') === voice && !receiver.track.muted),

    /** Receives these voices from now on. The first call opens the connection. @param {string[]} voices */
    receiveVoices(voices) {
      if (state === null) setState('waiting')
      // Without a voice to receive there is still one transceiver: mine.
      wanted = voices.length ? voices : ['nobody']
      negotiate()
    },

    /** A signal of the node. @param {string} kind @param {Json} body */
    async receive(kind, body) {
      if (closed) return
      try {
        if (kind === 'answer') await answered(body)
        else if (kind === 'candidate') for (const candidate of [body].flat()) await pc.addIceCandidate(candidate)
      } catch (error) {
        broken(errorFrom(error))
      }
    },

    /** The audio to send; null sends no packets. @param {MediaStreamTrack|null} track */
    setTrack: (track) => outgoing.sender.replaceTrack(track).catch(broken),

    close() {
      closed = true
      for (const timer of [answerTimer, candidatesTimer, disconnectedTimer]) clearTimeout(timer)
      for (const voice of received.values()) listener.onSilence(voice)
      received = new Map()
      pc.close()
    },
  }
}
