import { backoff } from '../signaling/backoff.js'
import { isNode, isPresent } from '../room/state.js'
import { createMesh, shouldConnect } from './mesh.js'
import { createNodeConnection } from './node_connection.js'
import { ownerOf, roomNodeOf, voicesAt } from './node_rules.js'
import { closesOldAfter } from './route_changes.js'

/**
 * Which way the sound goes: from everybody to everybody, or through the room's node.
 *
 * A room moves while people talk, so the new connections are made before the old ones are closed, and for a moment there are both: others may be
 * slower than I am. Where no node is, it stays as it was.
 *
 * @typedef {import('../room/state.js').Seat} Seat
 * @typedef {import('../room/state.js').PresentSeat} PresentSeat
 * @typedef {'mesh'|'sfu'|'mcu'} Topology
 * @typedef {'settled'|'connecting'|'moving'|'reconnecting'|'lost'|'alone'} Standing
 *   settled: as the room wants it. moving: the old connections stay until the new one is made. lost: the connection to the node broke more than once.
 *   alone: the room wants a node, and none is there
 * @typedef {{ topology: Topology, standing: Standing, node: Seat|null, connected: boolean }} Route  `connected`: with the node
 *
 * @typedef {object} RouteOptions  beside those of `createMesh`
 * @property {(voice: { key: string, owner: number, mixed: boolean }, track: MediaStreamTrack, receiver: RTCRtpReceiver) => void} onVoice
 *   somebody's voice comes by one way; `owner` is whose, or the node's own user when it is everybody's
 * @property {(key: string) => void} onSilence  it comes by that way no longer
 * @property {(node: Seat, change: { state?: import('./node_connection.js').Connection, path?: import('./peer.js').Path|null }) => void} onNodeConnection
 * @property {(route: Route) => void} onRoute
 *
 * @param {Omit<Parameters<typeof createMesh>[0], 'onTrack'> & RouteOptions} options
 */
export function createRoutes(options) {
  const { configuration, send, forget, onVoice, onSilence, onNodeConnection, onRoute } = options
  const A_MOMENT = 2_000 // ms in which the database finds another node, if there is one

  /** @type {Topology} */ let topology = 'mesh'
  /** @type {Seat|null} */ let me = null
  /** @type {readonly Seat[]} */ let seats = []
  /** @typedef {{ seat: PresentSeat, connection: ReturnType<typeof createNodeConnection>, attempt: number, was: boolean, timer: number|undefined }} Node */
  /** @type {Node|null} in use, or on the way to be */ let node = null
  /** @type {Node|null} in use until the other one is */ let before = null
  /** @type {MediaStreamTrack|null} */ let track = null
  const read = new Map() // by peer_id of a node, the newest signal: a snapshot repeats what was read
  let lingering = { timer: /** @type {number|undefined} */ (undefined), due: Infinity }
  /** @type {number|undefined} */ let waiting // for a node
  let alone = false
  let reported = ''

  const mesh = createMesh({
    ...options,
    onTrack: ({ peer_id, user_id }, received, receiver) => onVoice({ key: peer_id, owner: user_id, mixed: false }, received, receiver),
    onGone(seat) {
      onSilence(seat.peer_id)
      options.onGone(seat)
    },
    onConnection(seat, change) {
      options.onConnection(seat, change)
      if (change.state === 'connected' && (node || before)) settle()
    },
  })

  const carrying = () => roomNodeOf(seats, topology)
  /** @param {Node|null} one @returns {one is Node} */
  const carries = (one) => one !== null && carrying()?.peer_id === one.seat.peer_id
  /** @param {Node|null} one */
  const isConnected = (one) => one?.connection.state === 'connected'
  /** @param {string} peer_id */
  const nodeOf = (peer_id) => [node, before].find((one) => one?.seat.peer_id === peer_id) ?? null

  function settle() {
    if (!me) {
      dropNodes()
      mesh.update(null, [])
      return
    }
    const seat = carrying()
    awaitNode(topology !== 'mesh' && !seat)
    if (seat && node?.seat.peer_id !== seat.peer_id) call(seat)
    takeWays()
    tell()
  }

  function takeWays() {
    const people = seats.filter((seat) => !isNode(seat))
    if (topology === 'mesh') {
      mesh.update(me, people)
      const after = closesOldAfter({ topology, node_connected: false, mesh_complete: isMeshed(people), old: node || before ? 'node' : 'none' })
      if (after !== null) linger(after, dropNodes)
      return
    }
    if (carries(node)) node.connection.hear(voicesAt(node.seat, me, seats))
    // Those who are connected stay so for now; with whom I am not, the node will connect me.
    const kept = new Set(mesh.peers().map(({ peer_id }) => peer_id))
    mesh.update(me, people.filter((seat) => isPresent(seat) && kept.has(seat.peer_id)))
    const old = before ? 'node' : kept.size ? 'mesh' : 'none'
    const after = closesOldAfter({ topology, node_connected: carries(node) && isConnected(node), mesh_complete: isMeshed(people), old })
    if (after === null) keep()
    else linger(after, leaveOldWays)
  }

  /** @param {readonly Seat[]} people */
  function isMeshed(people) {
    const connected = new Set(mesh.peers().filter(({ peer }) => peer.state === 'connected').map(({ peer_id }) => peer_id))
    return people.every((seat) => !me || !isPresent(seat) || !shouldConnect(me, seat) || connected.has(seat.peer_id))
  }

  /** @param {number} ms @param {() => void} then */
  function linger(ms, then) {
    const due = performance.now() + ms
    if (due >= lingering.due) return
    keep()
    lingering = { due, timer: setTimeout(() => {
      keep()
      then()
      tell()
    }, ms) }
  }

  /** What there is stays after all. */
  function keep() {
    clearTimeout(lingering.timer)
    lingering = { timer: undefined, due: Infinity }
  }

  function leaveOldWays() {
    hangUp(before)
    before = null
    mesh.update(me, [])
  }

  function dropNodes() {
    for (const one of [node, before]) hangUp(one)
    node = before = null
  }

  /** @param {boolean} missing */
  function awaitNode(missing) {
    if (missing === (waiting !== undefined)) return
    clearTimeout(waiting)
    alone = false
    waiting = !missing ? undefined : setTimeout(() => {
      alone = true
      tell()
    }, A_MOMENT)
  }

  // The node

  /** @param {PresentSeat} seat @param {number} [attempt] */
  function call(seat, attempt = 0) {
    if (isConnected(node)) {
      hangUp(before)
      before = node
    } else {
      hangUp(node)
    }
    const connection = createNodeConnection({
      configuration: configuration(),
      send: (kind, body) => send(seat.peer_id, kind, body),
      onState(state) {
        onNodeConnection(seat, { state })
        if (state === 'connected') Object.assign(one, { attempt: 0, was: true })
        // Told in the middle of settling, too; what it means is seen afterwards.
        queueMicrotask(() => node === one && settle())
      },
      onPath: (path) => onNodeConnection(seat, { path }),
      onVoice: (voice, received, receiver) => onVoice({ key: `${seat.peer_id} ${voice}`, ...ownerOf(voice, seat) }, received, receiver),
      onSilence: (voice) => onSilence(`${seat.peer_id} ${voice}`),
      onBroken: (error) => broken(one, error),
    })
    /** @type {Node} */ const one = { seat, attempt, was: attempt > 0, timer: undefined, connection }
    node = one
    connection.setTrack(track)
  }

  /** @param {Node|null} one */
  function hangUp(one) {
    if (!one) return
    clearTimeout(one.timer)
    forget(one.seat.peer_id)
    one.connection.close()
  }

  /** A node that is still the room's is connected with again; any other one closed the connection, as it should. @param {Node} one @param {Error} error */
  function broken(one, error) {
    if (one === before) {
      hangUp(before)
      before = null
      tell()
    }
    if (one !== node) return
    hangUp(one)
    if (!carries(one)) {
      node = null
      settle()
      return
    }
    console.warn('the connection to the node is made anew', error.message)
    onNodeConnection(one.seat, { state: 'reconnecting' })
    one.timer = setTimeout(() => again(one), one.attempt === 0 ? 0 : backoff(one.attempt - 1))
    tell()
  }

  /** @param {Node} one */
  function again(one) {
    if (node !== one) return
    node = null
    if (carrying()?.peer_id === one.seat.peer_id) {
      send(one.seat.peer_id, 'bye', {}) // what it still has of me is over; the offer that follows is another connection's
      call(one.seat, one.attempt + 1)
    }
    settle()
  }

  /** @returns {Standing} */
  function standing() {
    if (topology === 'mesh') return (node || before) && lingering.due !== Infinity && !isMeshed(seats.filter((seat) => !isNode(seat))) ? 'moving' : 'settled'
    if (!carrying()) return alone ? 'alone' : 'moving'
    if (isConnected(node)) return 'settled'
    if (node?.was) return node.attempt > 1 ? 'lost' : 'reconnecting'
    if (node && node.attempt > 1) return 'lost'
    return before || mesh.peers().length ? 'moving' : 'connecting'
  }

  function tell() {
    const route = { topology, standing: standing(), node: topology === 'mesh' ? null : carrying(), connected: carries(node) && isConnected(node) }
    const next = JSON.stringify([route.topology, route.standing, route.node?.peer_id, route.connected])
    if (next === reported) return
    reported = next
    onRoute(Object.freeze(route))
  }

  return {
    /** Brings the ways in line with the room. @param {Seat|null} mine @param {Iterable<Seat>} all @param {Topology} wanted */
    update(mine, all, wanted) {
      // Whether the others still have the connection that I kept, nobody knows: so nobody keeps it.
      if (wanted === 'mesh' && topology !== 'mesh') mesh.update(mine, [])
      if (wanted !== topology) keep()
      me = mine
      seats = [...all]
      topology = wanted
      settle()
    },

    /** @param {import('./mesh.js').ArrivedSignal} signal @returns {boolean} whether there was somebody to take it */
    receive(signal) {
      const one = nodeOf(signal.from_peer)
      if (!one) return mesh.receive(signal)
      if (signal.id <= (read.get(signal.from_peer) ?? 0)) return true
      read.set(signal.from_peer, signal.id)
      if (signal.kind === 'bye') broken(one, new Error(signal.body?.reason ?? 'the node hung up'))
      else if (signal.kind === 'answer' || signal.kind === 'candidate') one.connection.receive(signal.kind, signal.body)
      return true
    },

    refused: mesh.refused,

    /** What everybody hears of me; null for nothing at all. @param {MediaStreamTrack|null} next @returns {Promise<unknown>} when it is so */
    setTrack(next) {
      if (next === track) return Promise.resolve()
      track = next
      return Promise.all([mesh.setTrack(next), ...[node, before].map((one) => one?.connection.setTrack(next))])
    },

    /** Another network: every path is in doubt, and a node knows no ICE restart. */
    networkChanged() {
      mesh.networkChanged()
      if (carries(node)) broken(node, new Error('another network'))
    },

    /** The log began a new life, and signals on their way were lost with the old one. */
    logLost() {
      read.clear()
      if (node && !isConnected(node)) broken(node, new Error('the log was lost'))
      mesh.logLost()
    },

    /** By hand. @param {number} user_id */
    retry(user_id) {
      if (topology !== 'mesh' && carries(node)) broken(node, new Error('by hand'))
      else mesh.retry(user_id)
    },

    /** @returns {{ user_id: number, peer_id: string, peer: { connection: RTCPeerConnection } }[]} nodes too */
    peers: () => [...mesh.peers(), ...[node, before].filter((one) => one !== null).map(({ seat, connection }) => ({ user_id: seat.user_id, peer_id: seat.peer_id, peer: connection }))],

    close() {
      keep()
      clearTimeout(waiting)
      dropNodes()
      mesh.close()
    },
  }
}
