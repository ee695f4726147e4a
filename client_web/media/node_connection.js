import { errorFrom } from '../signaling/problem.js'
import { createHeldCandidates } from './held_candidates.js'
import { voicesOf, withoutCandidates } from './node_description.js'
import { selectedPathOf } from './selected_path.js'

/**
 * The one connection to a media node. This side always offers, and the node answers with whose voice comes on which transceiver: `a=msid:` says
 * `user-7` for one person (an SFU), `mix` for everybody (an MCU). There is one transceiver for every voice; the first sends mine as well.
 *
 * A node answers with all its candidates, so the offer goes out before any of ours is known, and they follow only if that was not enough.
 * A node knows no ICE restart: a connection that fails is made anew.
 *
 * @typedef {'waiting'|'connecting'|'connected'|'reconnecting'|'failed'} Connection
 *
 * @param {object} options
 * @param {RTCConfiguration} options.configuration
 * @param {(kind: 'offer'|'candidate'|'connected', body: any) => void} options.send
 * @param {(state: Connection) => void} options.onState
 * @param {(voice: string, track: MediaStreamTrack, receiver: RTCRtpReceiver) => void} options.onVoice  a track brings this voice now
 * @param {(voice: string) => void} options.onSilence  no track does any more
 * @param {(path: import('./peer.js').Path|null) => void} [options.onPath]
 * @param {(error: Error) => void} options.onBroken  it has to be made anew
 */
export function createNodeConnection({ configuration, send, onState, onVoice, onSilence, onPath = () => {}, onBroken }) {
  const CANDIDATES_WAIT = 800 // ms within which the node's own candidates are enough
  const ANSWERED_WITHIN = 8_000 // ms
  const DISCONNECTED_WAIT = 3_000 // ms of a `disconnected`

  const pc = new RTCPeerConnection(configuration)
  const mine = pc.addTransceiver('audio', { direction: 'sendrecv' })
  /** @type {Map<string, string>} mid → voice */ let received = new Map()
  /** @type {string[]} */ let wanted = []
  const candidates = createHeldCandidates((found) => send('candidate', found))
  let offered = '' // the voices of the offer that is under way or was answered
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
    onState(next)
  }

  /** @param {Error} error */
  function broken(error) {
    if (!closed) onBroken(error)
  }

  const isNegotiating = () => pc.signalingState !== 'stable' || answerTimer !== undefined

  async function negotiate() {
    const key = wanted.join(' ')
    if (closed || isNegotiating() || key === offered) return
    offered = key
    const there = pc.getTransceivers().length
    for (let missing = wanted.length - there; missing > 0; missing--) pc.addTransceiver('audio', { direction: 'recvonly' })
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
    negotiate() // the room may have changed meanwhile
  }

  /** Reports which voices the tracks bring now, and which they do not any more. @param {Map<string, string>} voices */
  function listen(voices) {
    const before = received
    received = voices
    for (const [mid, voice] of before) if (voices.get(mid) !== voice) onSilence(voice)
    for (const { mid, receiver } of pc.getTransceivers()) {
      const voice = mid === null ? undefined : voices.get(mid)
      if (voice && before.get(mid ?? '') !== voice) onVoice(voice, receiver.track, receiver)
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
    onPath(path)
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
  pc.addEventListener('icecandidate', ({ candidate }) => {
    if (candidate?.candidate) candidates.add(candidate.toJSON())
  })

  return {
    /** For those who want to look closer (statistics, the tests). */
    connection: pc,
    get state() {
      return state
    },

    /** These voices are to be received; the first time, this opens the connection. @param {string[]} voices */
    receiveVoices(voices) {
      if (state === null) setState('waiting')
      // A connection without a voice to hear has one transceiver all the same: mine.
      wanted = voices.length ? voices : ['nobody']
      negotiate()
    },

    /** What the node said. @param {'answer'|'candidate'} kind @param {any} body */
    async receive(kind, body) {
      if (closed) return
      try {
        if (kind === 'answer') await answered(body)
        else for (const candidate of [body].flat()) await pc.addIceCandidate(candidate)
      } catch (error) {
        broken(errorFrom(error))
      }
    },

    /** What the room hears of me; null is silence without a packet. @param {MediaStreamTrack|null} track */
    setTrack: (track) => mine.sender.replaceTrack(track).catch(broken),

    close() {
      closed = true
      for (const timer of [answerTimer, candidatesTimer, disconnectedTimer]) clearTimeout(timer)
      for (const voice of received.values()) onSilence(voice)
      received = new Map()
      pc.close()
    },
  }
}
