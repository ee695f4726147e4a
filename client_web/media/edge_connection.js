import { errorFrom } from '../signaling/problem.js'
import { createHeldCandidates } from './held_candidates.js'
import { selectedPathOf } from './selected_path.js'

/** @import { Json } from '../signaling/json.js' */

/**
 * The connection with an edge, from which a listener gets the room's mix, and to which nothing is sent. The edge offers, unasked: it follows the
 * room's log, and offers to each seat that names it. Each further offer is for a new connection in place of the old one.
 *
 * An edge sends a packet every 60 ms, also while nobody speaks. So it is known within a second that none come any more, seconds before ICE
 * notices. That alone asks for no new connection: when the stage's node is gone, thousands would ask in vain.
 *
 * @param {object} options
 * @param {RTCConfiguration} options.configuration
 * @param {(kind: 'answer'|'candidate', body: Json) => void} options.send
 * @param {(transceiver: RTCRtpTransceiver) => void} [options.protect]  as for a peer. No edge has keys, so in an encrypted room nothing of it is heard
 * @param {import('./node_connection.js').NodeListener} listener
 */
export function createEdgeConnection({ configuration, send, protect = () => {} }, listener) {
  const OFFERED_WITHIN = 5_000 // ms
  const CANDIDATES_WAIT = 800 // ms after my answer; then my candidates are sent, too
  const DISCONNECTED_WAIT = 1_000 // ms; often `disconnected` ends by itself
  const LOOK_EVERY = 500 // ms

  let pc = open()
  let inOrder = Promise.resolve()
  let heard = false // whether there is a track
  let packets = 0 // received until the last look
  let closed = false
  let wasConnected = false
  /** @type {number|undefined} */ let offerTimer
  /** @type {number|undefined} */ let candidatesTimer
  /** @type {number|undefined} */ let disconnectedTimer
  /** @type {number|undefined} */ let lookTimer
  /** @type {import('./node_connection.js').Connection|null} */ let state = null

  function open() {
    const made = new RTCPeerConnection(configuration)
    const candidates = createHeldCandidates((found) => send('candidate', found))
    made.addEventListener('connectionstatechange', () => made === pc && changes[made.connectionState]())
    made.addEventListener('icecandidate', ({ candidate }) => candidate?.candidate && candidates.add(candidate.toJSON()))
    made.addEventListener('track', ({ track, receiver, transceiver }) => {
      if (made !== pc) return
      protect(transceiver)
      heard = true
      track.addEventListener('unmute', () => made === pc && !closed && listener.onHeard(), { once: true })
      listener.onVoice('mix', track, receiver)
    })
    made.addEventListener('signalingstatechange', () => {
      if (made.signalingState !== 'stable') return
      candidatesTimer = setTimeout(() => made === pc && made.connectionState !== 'connected' && candidates.release(), CANDIDATES_WAIT)
    })
    return made
  }

  /** Ends the connection as it is. */
  function end() {
    for (const timer of [offerTimer, candidatesTimer, disconnectedTimer]) clearTimeout(timer)
    clearInterval(lookTimer)
    if (heard) listener.onSilence('mix')
    heard = false
    pc.close()
  }

  /** @param {import('./node_connection.js').Connection} next */
  function setState(next) {
    if (closed || next === state) return
    state = next
    listener.onState(next)
  }

  /** @param {string} why */
  function broken(why) {
    if (!closed) listener.onBroken(new Error(why))
  }

  const changes = {
    new() {},
    connecting: () => setState(wasConnected ? 'reconnecting' : 'connecting'),
    async connected() {
      clearTimeout(disconnectedTimer)
      clearTimeout(candidatesTimer)
      wasConnected = true
      clearInterval(lookTimer)
      lookTimer = setInterval(look, LOOK_EVERY)
      setState('connected')
      const of = pc
      const path = selectedPathOf(await of.getStats())
      if (!closed && of === pc) listener.onPath(path)
    },
    disconnected() {
      setState('reconnecting')
      disconnectedTimer = setTimeout(() => broken('the connection with the edge was lost'), DISCONNECTED_WAIT)
    },
    failed: () => broken('no way to the edge was found'),
    closed() {},
  }

  /** Whether packets still come. */
  async function look() {
    const of = pc
    const stats = await of.getStats()
    if (closed || of !== pc || pc.connectionState !== 'connected') return
    const before = packets
    packets = [...stats.values()].find(({ type }) => type === 'inbound-rtp')?.packetsReceived ?? 0
    setState(packets === before ? 'reconnecting' : 'connected')
  }

  /** @param {RTCSessionDescriptionInit} description */
  async function offered(description) {
    if (pc.remoteDescription) {
      end()
      pc = open()
    }
    clearTimeout(offerTimer)
    packets = 0
    await pc.setRemoteDescription(description)
    await pc.setLocalDescription()
    if (!closed) send('answer', { type: 'answer', sdp: pc.localDescription?.sdp })
  }

  /** @param {string} kind @param {Json} body */
  async function handle(kind, body) {
    if (closed) return
    try {
      if (kind === 'offer') await offered(body)
      else if (kind === 'candidate') for (const candidate of [body].flat()) await pc.addIceCandidate(candidate)
    } catch (error) {
      broken(errorFrom(error).message)
    }
  }

  return {
    /** For statistics and tests. */
    get connection() {
      return pc
    },
    get state() {
      return state
    },

    /** Whether a packet of the mix has come. */
    hears: () => heard && pc.getReceivers().some(({ track }) => !track.muted),

    /** Waits for the offer. An edge has one voice, the mix. */
    receiveVoices() {
      if (state !== null) return
      setState('waiting')
      offerTimer = setTimeout(() => broken('the edge does not offer'), OFFERED_WITHIN)
    },

    /** A signal of the edge. @param {string} kind @param {Json} body */
    receive: (kind, body) => (inOrder = inOrder.then(() => handle(kind, body))),

    /** Nothing is sent to an edge. */
    setTrack: () => Promise.resolve(),

    close() {
      closed = true
      end()
    },
  }
}
