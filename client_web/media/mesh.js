import { isNode, isPresent, isQuiet, mayComeToSpeak } from '../room/state.js'
import { createPeer } from './peer.js'

/** @import { Json } from '../signaling/json.js' */

/**
 * The direct connections of a room: one with each seat that `shouldConnect` with mine. Only the room's log opens and closes them. A seat
 * with a new `peer_id` is another session, and gets another connection.
 *
 * @typedef {import('../room/state.js').Seat} Seat
 * @typedef {import('../room/state.js').PresentSeat} PresentSeat
 * @typedef {import('./peer.js').Connection} Connection
 * @typedef {{ id: number, from_peer: string, from_user: number, kind: string, body: Json }} ArrivedSignal
 */

/**
 * Two listeners never connect, unless one of them is invited to speak. Nobody connects with themselves. Connections with nodes are made
 * by node_connection.js. @param {Seat} me @param {Seat} other
 */
export function shouldConnect(me, other) {
  return me.user_id !== other.user_id && isPresent(me) && isPresent(other) && !isNode(other) && (mayComeToSpeak(me) || mayComeToSpeak(other))
}

/**
 * Of two people, the one who joined later offers. A node never offers; the other side does. While the roster is counted, the one offers of
 * whose seat the other does not know. @param {Seat} me @param {Seat} other @param {boolean} [counted]
 */
export function offersFirst(me, other, counted = false) {
  if (isNode(me) !== isNode(other)) return isNode(other)
  if (counted && isQuiet(me) !== isQuiet(other)) return isQuiet(me)
  return me.seq > other.seq
}

/**
 * @typedef {object} Signals
 * @property {(to_peer: string, kind: string, body: Json) => void} send
 * @property {(to_peer: string) => void} forget  drops what still waits to be sent to this peer
 *
 * @typedef {object} MeshListener
 * @property {(seat: PresentSeat, track: MediaStreamTrack, receiver: RTCRtpReceiver) => void} onTrack
 * @property {(seat: PresentSeat) => void} onGone
 * @property {(seat: Seat, change: { state?: Connection, path?: import('./peer.js').Path|null, restarts?: number }) => void} onConnection
 * @property {(seat: Seat, problem: import('../room/connection_problems.js').Cause) => void} onProblem
 *
 * @param {object} options
 * @param {Parameters<typeof createPeer>[0]['ice']} options.ice
 * @param {Signals} options.signals
 * @param {Parameters<typeof createPeer>[0]['protect']} options.protect
 * @param {MeshListener} listener
 */
export function createMesh({ ice, signals, protect }, listener) {
  const MAX_REBUILDS = 3 // times that a broken connection is replaced before it is given up
  /** @typedef {{ seat: PresentSeat, peer: ReturnType<typeof createPeer>, rebuilds: number }} Entry */
  /** @type {Map<string, Entry>} by peer_id */
  const peers = new Map()
  /** @type {Map<string, number>} the newest signal read from each peer_id: ids grow with every sender's order */
  const read = new Map()
  /** @type {MediaStreamTrack|null} */ let track = null
  let counted = false

  /** @param {PresentSeat} seat @param {boolean} offers @param {number} [rebuilds] */
  function open(seat, offers, rebuilds = 0) {
    const peer = createPeer({ offers, ice, protect, send: (kind, body) => signals.send(seat.peer_id, kind, body) }, {
      onState(state) {
        if (state === 'connected') entry.rebuilds = 0
        listener.onConnection(entry.seat, { state })
      },
      onRestart: (restarts) => listener.onConnection(entry.seat, { restarts }),
      onPath: (path) => listener.onConnection(entry.seat, { path }),
      onTrack: (received, receiver) => listener.onTrack(entry.seat, received, receiver),
      onBroken: (error) => onBroken(entry, error),
      onIceError: ({ code, url }) => onIceError(entry.seat, code, url),
      onGathered: (types) => {
        if (ice.current.iceTransportPolicy !== 'relay' || types.has('relay')) return
        listener.onProblem(entry.seat, { cause: 'no_relay_candidate' })
      },
    })
    const entry = { seat, rebuilds, peer }
    peers.set(seat.peer_id, entry)
    peer.setTrack(track)
    peer.start()
  }

  /** @param {Seat} seat @param {number} code @param {string} url */
  function onIceError(seat, code, url) {
    if (code === 401) listener.onProblem(seat, { cause: 'turn_refused', url })
    else if (code >= 400 && code < 700) listener.onProblem(seat, { cause: 'turn_failed', url, code })
    // 701, no answer, comes for every network interface without a route. It only matters if nothing was gathered at all.
  }

  /** @param {Entry} entry */
  function closeEntry(entry) {
    peers.delete(entry.seat.peer_id)
    entry.peer.close()
    listener.onGone(entry.seat)
  }

  /** Both sides close their connection; the one that offered first offers again. @param {Entry} entry @param {Error} error */
  function onBroken(entry, error) {
    if (peers.get(entry.seat.peer_id) !== entry) return
    console.warn('a connection is replaced', error)
    signals.forget(entry.seat.peer_id)
    if (entry.rebuilds >= MAX_REBUILDS) {
      listener.onConnection(entry.seat, { state: 'failed' })
      listener.onProblem(entry.seat, { cause: 'cannot_connect', username: entry.seat.username })
      return
    }
    signals.send(entry.seat.peer_id, 'bye', {})
    replace(entry)
  }

  /** @param {Entry} entry @param {boolean} [offers] */
  function replace(entry, offers = entry.peer.offers) {
    closeEntry(entry)
    open(entry.seat, offers, entry.rebuilds + 1)
  }

  /** @param {Entry} entry @param {ArrivedSignal} signal */
  const negotiation = (entry, { kind, body }) => entry.peer.receive(/** @type {'offer'|'answer'|'candidate'} */ (kind), body)
  /** @type {Record<string, (entry: Entry, signal: ArrivedSignal) => unknown>} */
  const receptions = {
    offer: negotiation,
    answer: negotiation,
    candidate: negotiation,
    bye(entry) {
      signals.forget(entry.seat.peer_id)
      if (entry.rebuilds < MAX_REBUILDS) replace(entry)
    },
    connected() {}, // only the inspector reads it
  }

  return {
    /** Whether the room's roster is counted. @param {boolean} now */
    setCounted(now) {
      counted = now
    },

    /** Opens and closes connections as the room says. @param {Seat|null} me @param {Iterable<Seat>} seats */
    update(me, seats) {
      /** @type {Map<string, PresentSeat>} */ const wanted = new Map()
      for (const seat of seats) if (me && isPresent(seat) && shouldConnect(me, seat)) wanted.set(seat.peer_id, seat)
      for (const [peer_id, entry] of [...peers]) {
        if (wanted.has(peer_id)) continue
        signals.forget(peer_id)
        closeEntry(entry)
      }
      for (const [peer_id, seat] of wanted) {
        const entry = peers.get(peer_id)
        if (entry) entry.seat = seat
        else if (me) open(seat, offersFirst(me, seat, counted))
      }
    },

    /** @param {ArrivedSignal} signal @returns {boolean} whether there is a connection for it */
    receive(signal) {
      if (signal.id <= (read.get(signal.from_peer) ?? 0)) return true // a snapshot repeats older signals
      read.set(signal.from_peer, signal.id)
      const entry = peers.get(signal.from_peer)
      if (!entry || !Object.hasOwn(receptions, signal.kind)) return false // a session that has ended
      receptions[signal.kind](entry, signal)
      return true
    },

    /** One of my signals was refused. @param {string} to_peer @param {string} kind @param {string|null} rule */
    refused(to_peer, kind, rule) {
      const entry = peers.get(to_peer)
      if (!entry || kind !== 'offer' || rule !== 'signals_newcomer_offers') return
      // They have to offer, and a bye asks them to: the database may have deleted their older offer.
      signals.send(to_peer, 'bye', {})
      replace(entry, false)
    },

    /** The audio that is sent to everybody; null sends nothing. @param {MediaStreamTrack|null} next @returns {Promise<unknown>} when it is so */
    setTrack(next) {
      if (next === track) return Promise.resolve()
      track = next
      return Promise.all([...peers.values()].map(({ peer }) => peer.setTrack(next)))
    },

    /** The network changed: every path may be broken. */
    networkChanged() {
      for (const { peer } of peers.values()) peer.restart()
    },

    /** The log started a new epoch: signals that were not delivered yet are lost. */
    logLost() {
      read.clear()
      for (const entry of [...peers.values()]) if (entry.peer.state !== 'connected' && entry.peer.offers) replace(entry)
    },

    /** The user asked for a new connection with this user. @param {number} user_id */
    retry(user_id) {
      for (const entry of [...peers.values()]) {
        if (entry.seat.user_id !== user_id) continue
        signals.send(entry.seat.peer_id, 'bye', {})
        entry.rebuilds = 0
        replace(entry)
      }
    },

    /** @returns {{ user_id: number, peer_id: string, peer: ReturnType<typeof createPeer> }[]} */
    peers: () => [...peers.values()].map(({ seat, peer }) => ({ user_id: seat.user_id, peer_id: seat.peer_id, peer })),

    close() {
      for (const entry of [...peers.values()]) closeEntry(entry)
    },
  }
}
