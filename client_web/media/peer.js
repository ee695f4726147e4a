import { backoff } from '../signaling/backoff.js'
import { errorFrom } from '../signaling/problem.js'
import { isUsed } from './glare.js'
import { selectedPathOf } from './selected_path.js'

/** @import { Json } from '../signaling/json.js' */

/**
 * The connection with one other person. It does not know how signals are sent: it calls `send`, and `receive` is called with the
 * signals of the other side, in order.
 *
 * Perfect negotiation (W3C WebRTC, section 10.7) is used after the first offer. Only one side makes the first offer, so only later offers
 * can collide. The one audio transceiver is `sendrecv` from the start, with or without a track: joining or leaving the stage is a
 * `replaceTrack` without negotiation.
 *
 * @typedef {'waiting'|'connecting'|'connected'|'reconnecting'|'failed'} Connection
 * @typedef {{ local: string, remote: string }} Path  candidate types: host, srflx, prflx, relay
 *
 * @typedef {object} PeerListener
 * @property {(state: Connection) => void} onState
 * @property {(track: MediaStreamTrack, receiver: RTCRtpReceiver) => void} onTrack
 * @property {(path: Path|null) => void} onPath
 * @property {(error: Error) => void} onBroken  negotiation failed; make a new connection
 * @property {(error: {code: number, text: string, url: string}) => void} onIceError
 * @property {(types: Set<string>) => void} onGathered  the candidate types of one gathering
 * @property {(restarts: number) => void} onRestart  how often ICE was restarted so far
 *
 * @param {object} options
 * @param {boolean} options.offers  this side makes the first offer, and gives way when two later offers collide
 * @param {Pick<ReturnType<typeof import('../signaling/ice.js').createIce>, 'current'|'get'>} options.ice  asked again before a restart: TURN credentials expire
 * @param {(kind: 'offer'|'answer'|'candidate'|'connected', body: Json) => void} options.send
 * @param {(transceiver: RTCRtpTransceiver) => void} [options.protect]  encrypts what it sends and receives, if the room is so; before its first packet
 * @param {PeerListener} listener
 */
export function createPeer({ offers, ice, send, protect = () => {} }, listener) {
  const DISCONNECTED_WAIT = offers ? 3_000 : 5_000 // often `disconnected` ends by itself; and the two sides should not restart at the same time
  const FAILED_WAIT = offers ? 0 : 2_000
  const LOOK_EVERY = 1_000 // for the path
  const RESTARTS_BEFORE_FAILED = 3 // then the state is `failed`; restarts go on

  const pc = new RTCPeerConnection(ice.current)
  /** @type {RTCRtpTransceiver|null} */ let transceiver = null
  /** @type {MediaStreamTrack|null} */ let track = null
  let makingOffer = false
  let ignoringOffer = false
  let wasConnected = false
  /** @type {ReturnType<typeof setTimeout>|undefined} */ let pathTimer
  let attempts = 0 // restarts since the last time it was connected
  let restarts = 0
  /** @type {number|undefined} */ let timer
  let closed = false
  let gathered = new Set()
  let inOrder = Promise.resolve()
  /** @type {Connection|null} */ let state = null

  /** @param {Connection} next */
  function setState(next) {
    if (closed || next === state) return
    state = next
    listener.onState(next)
  }

  /** @returns {Connection} */
  const unconnected = () => (attempts > RESTARTS_BEFORE_FAILED ? 'failed' : wasConnected ? 'reconnecting' : 'connecting')

  async function offer() {
    try {
      makingOffer = true
      await pc.setLocalDescription()
      if (!closed && pc.localDescription?.type === 'offer') send('offer', pc.localDescription.toJSON())
    } catch (error) {
      if (!closed) listener.onBroken(errorFrom(error))
    } finally {
      makingOffer = false
    }
  }

  /** @param {RTCSessionDescriptionInit} description */
  async function described(description) {
    const used = isUsed(description.type, { polite: offers, makingOffer, signalingState: pc.signalingState })
    ignoringOffer = description.type === 'offer' && !used
    if (!used) return
    await pc.setRemoteDescription(description)
    if (description.type === 'answer') return
    transceiver ??= pc.getTransceivers()[0] ?? null
    if (transceiver) {
      protect(transceiver) // here too: an offer that receives only makes no track
      transceiver.direction = 'sendrecv'
      await transceiver.sender.replaceTrack(track)
    }
    await pc.setLocalDescription()
    send('answer', pc.localDescription?.toJSON())
  }

  /** @param {Json} body */
  async function candidates(body) {
    for (const candidate of [body].flat()) {
      if (!pc.remoteDescription) return // candidates of an offer that was ignored
      try {
        await pc.addIceCandidate(candidate)
      } catch (error) {
        // Other candidates may work. Candidates of an ignored offer always fail.
        if (!ignoringOffer) console.warn('a candidate could not be used', errorFrom(error).message)
      }
    }
  }

  const receptions = { offer: described, answer: described, candidate: candidates }

  async function connected() {
    clearTimeout(timer)
    attempts = 0
    wasConnected = true
    setState('connected')
    clearTimeout(pathTimer)
    await lookForPath()
  }

  /** After a restart, browsers name the path in their statistics some time after they are connected. */
  async function lookForPath() {
    const found = selectedPathOf(await pc.getStats())
    if (closed || pc.connectionState !== 'connected') return
    listener.onPath(found)
    if (!found) pathTimer = setTimeout(lookForPath, LOOK_EVERY)
    else if (offers) send('connected', found)
  }

  /** Restarts ICE now, and again (6–12 s, 12–24 s, then 15–30 s later) until it is connected. */
  async function restart() {
    clearTimeout(timer)
    if (closed || !pc.remoteDescription) return // nobody answered yet: there is nothing to restart
    attempts += 1
    restarts += 1
    listener.onRestart(restarts)
    timer = setTimeout(() => {
      if (pc.connectionState === 'connected') attempts = 0 // it stayed connected during the restart
      else restart()
    }, backoff(attempts, { base: 6_000, most: 30_000 }))
    if (pc.connectionState !== 'connected') setState(unconnected())
    try {
      const next = await ice.get()
      if (closed) return
      pc.setConfiguration(next)
    } catch {
      // the known servers may still work
    }
    pc.restartIce()
  }

  const changes = {
    new: () => setState('waiting'),
    connecting: () => setState(unconnected()),
    connected,
    disconnected() {
      setState(unconnected())
      clearTimeout(timer)
      timer = setTimeout(restart, DISCONNECTED_WAIT)
    },
    failed() {
      setState(unconnected())
      if (attempts > 0) return // a restart is under way and has a timer of its own
      clearTimeout(timer)
      timer = setTimeout(restart, FAILED_WAIT)
    },
    closed() {},
  }

  pc.addEventListener('negotiationneeded', offer)
  pc.addEventListener('connectionstatechange', () => changes[pc.connectionState]())
  pc.addEventListener('track', (event) => {
    protect(event.transceiver)
    listener.onTrack(event.track, event.receiver)
  })
  pc.addEventListener('icecandidate', ({ candidate }) => {
    if (!candidate?.candidate) return // the end of candidates is not sent
    gathered.add(candidate.type)
    send('candidate', candidate.toJSON())
  })
  pc.addEventListener('icecandidateerror', ({ errorCode, errorText, url }) => listener.onIceError({ code: errorCode, text: errorText, url }))
  pc.addEventListener('icegatheringstatechange', () => {
    if (pc.iceGatheringState === 'gathering') gathered = new Set()
    if (pc.iceGatheringState === 'complete') listener.onGathered(gathered)
  })

  return {
    /** For statistics and tests. */
    connection: pc,
    offers,
    get state() {
      return state
    },
    get restarts() {
      return restarts
    },

    start() {
      setState('waiting')
      if (!offers) return
      transceiver = pc.addTransceiver(track ?? 'audio', { direction: 'sendrecv' })
      protect(transceiver)
    },

    /** A signal of the other side. @param {'offer'|'answer'|'candidate'} kind @param {Json} body */
    receive(kind, body) {
      inOrder = inOrder.then(async () => {
        if (closed) return
        try {
          await receptions[kind](body)
        } catch (error) {
          if (!closed) listener.onBroken(errorFrom(error))
        }
      })
      return inOrder
    },

    /** The audio to send; null sends no packets. @param {MediaStreamTrack|null} next */
    setTrack(next) {
      track = next
      return transceiver?.sender.replaceTrack(next).catch((error) => closed || listener.onBroken(errorFrom(error)))
    },

    restart,

    close() {
      closed = true
      clearTimeout(timer)
      clearTimeout(pathTimer)
      pc.close()
    },
  }
}
