import { backoff } from '../signaling/backoff.js'
import { isAudible, isNode, isPresent } from '../room/state.js'
import { createEdgeConnection } from './edge_connection.js'
import { createMesh, shouldConnect } from './mesh.js'
import { createNodeConnection } from './node_connection.js'
import { ownerOf, roomNodeOf, voicesAt, voicesNowAt } from './node_rules.js'
import { closesOldAfter } from './route_changes.js'

/**
 * The route of a room's audio: from person to person, or through the room's node.
 *
 * A room changes its route while people talk. The new connections are made first, and the old ones are closed later (route_changes.js).
 * While the room waits for a node, the old connections stay.
 *
 * @import { PresentSeat, Seat } from '../room/state.js'
 * @typedef {'mesh'|'sfu'|'mcu'} Topology
 * @typedef {'settled'|'connecting'|'moving'|'reconnecting'|'lost'|'no_node'} RouteStatus
 *   settled: as the room wants it. moving: the old connections are used until the new ones are made. lost: the connection with the
 *   node broke more than once. no_node: the room needs a node, and there is none
 * @typedef {{ topology: Topology, status: RouteStatus, node: Seat|null, connected: boolean }} Route  `connected`: with the node
 *
 * @typedef {object} Voices  plays them
 * @property {(voice: import('./incoming.js').Voice, track: MediaStreamTrack, receiver: RTCRtpReceiver) => void} attach
 *   a source of somebody's voice; `owner` is that user, or the node's own user for a mix of everybody
 * @property {(key: string) => void} detach  this source has ended
 *
 * @typedef {object} OwnRouteListener
 * @property {(node: Seat, change: { state?: import('./node_connection.js').Connection, path?: import('./peer.js').Path|null }) => void} onNodeConnection
 * @property {(route: Route) => void} onRoute
 * @typedef {Omit<import('./mesh.js').MeshListener, 'onTrack'> & OwnRouteListener} RouteListener
 *
 * @param {Parameters<typeof createMesh>[0] & { voices: Voices }} options
 * @param {RouteListener} listener
 */
export function createRoutes({ ice, signals, voices, protect }, listener) {
  const NODE_WAIT = 2_000 // ms in which the database finds another node, if there is one

  /** @type {Topology} */ let topology = 'mesh'
  /** @type {Seat|null} */ let me = null
  /** @type {readonly Seat[]} */ let seats = []
  /** @typedef {{ seat: PresentSeat, connection: ReturnType<typeof createNodeConnection>|ReturnType<typeof createEdgeConnection>, attempt: number, was_connected: boolean, timer: number|undefined }} NodeEntry */
  /** @type {NodeEntry|null} in use, or being connected */ let node = null
  /** @type {NodeEntry|null} in use until the other one is */ let oldNode = null
  /** @type {MediaStreamTrack|null} */ let track = null
  const read = new Map() // the newest signal by peer_id of a node: a snapshot repeats older ones
  let closing = { timer: /** @type {number|undefined} */ (undefined), due: Infinity }
  /** @type {number|undefined} */ let waiting // for a node
  let nodeMissing = false
  let reported = ''

  const mesh = createMesh({ ice, signals, protect }, {
    onTrack: ({ peer_id, user_id }, received, receiver) => voices.attach({ key: peer_id, owner: user_id, mixed: false, named: true }, received, receiver),
    onGone(seat) {
      voices.detach(seat.peer_id)
      listener.onGone(seat)
    },
    onConnection(seat, change) {
      listener.onConnection(seat, change)
      if (change.state === 'connected' && (node || oldNode)) updateRoute()
    },
    onProblem: listener.onProblem,
  })

  const roomNode = () => roomNodeOf(seats, topology, me)
  /** @param {NodeEntry|null} entry @returns {entry is NodeEntry} */
  const isRoomNode = (entry) => entry !== null && roomNode()?.peer_id === entry.seat.peer_id
  /** @param {NodeEntry|null} entry */
  const isConnected = (entry) => entry?.connection.state === 'connected'
  const isHeard = (/** @type {NodeEntry} */ { seat, connection }) => voicesNowAt(seat, me, seats).every(connection.hears)
  const isEdge = (/** @type {NodeEntry|null} */ entry) => entry?.seat.kind === 'edge'
  /** @param {string} peer_id */
  const nodeOf = (peer_id) => [node, oldNode].find((entry) => entry?.seat.peer_id === peer_id) ?? null

  function updateRoute() {
    if (!me) {
      closeNodes()
      mesh.update(null, [])
      return
    }
    const seat = roomNode()
    waitForNode(topology !== 'mesh' && !seat)
    if (seat && node?.seat.peer_id !== seat.peer_id) openNode(seat)
    updateConnections()
    reportRoute()
  }

  function updateConnections() {
    const people = seats.filter((seat) => !isNode(seat))
    if (topology === 'mesh') {
      mesh.update(me, people)
      const after = closesOldAfter({ topology, node: 'none', mesh_complete: isMeshed(people), old: node || oldNode ? 'node' : 'none' })
      if (after !== null) closeLater(after, closeNodes)
      return
    }
    if (isRoomNode(node)) node.connection.receiveVoices(voicesAt(node.seat, me, seats))
    // Existing direct connections stay for now; the node connects me with everybody else.
    const kept = new Set(mesh.peers().map(({ peer_id }) => peer_id))
    mesh.update(me, people.filter((seat) => isPresent(seat) && kept.has(seat.peer_id)))
    const old = oldNode ? (isEdge(oldNode) ? 'edge' : 'node') : kept.size ? 'mesh' : 'none'
    const reached = !isRoomNode(node) || !isConnected(node) ? 'none' : isHeard(node) ? 'heard' : 'connected'
    const after = closesOldAfter({ topology, node: reached, mesh_complete: isMeshed(people), old, audible: me !== null && isAudible(me) })
    if (after === null) keepConnections()
    else closeLater(after, closeOldConnections)
  }

  /** @param {readonly Seat[]} people */
  function isMeshed(people) {
    const connected = new Set(mesh.peers().filter(({ peer }) => peer.state === 'connected').map(({ peer_id }) => peer_id))
    return people.every((seat) => !me || !isPresent(seat) || !shouldConnect(me, seat) || connected.has(seat.peer_id))
  }

  /** @param {number} ms @param {() => void} then */
  function closeLater(ms, then) {
    const due = performance.now() + ms
    if (due >= closing.due) return
    keepConnections()
    closing = { due, timer: setTimeout(() => {
      keepConnections()
      then()
      reportRoute()
    }, ms) }
  }

  /** The old connections are not closed after all. */
  function keepConnections() {
    clearTimeout(closing.timer)
    closing = { timer: undefined, due: Infinity }
  }

  function closeOldConnections() {
    closeNode(oldNode)
    oldNode = null
    mesh.update(me, [])
  }

  function closeNodes() {
    for (const entry of [node, oldNode]) closeNode(entry)
    node = oldNode = null
  }

  /** @param {boolean} missing */
  function waitForNode(missing) {
    if (missing === (waiting !== undefined)) return
    clearTimeout(waiting)
    nodeMissing = false
    waiting = !missing ? undefined : setTimeout(() => {
      nodeMissing = true
      reportRoute()
    }, NODE_WAIT)
  }

  // The node

  /** @param {PresentSeat} seat @param {number} [attempt] */
  function openNode(seat, attempt = 0) {
    const kept = isConnected(node)
    closeNode(kept ? oldNode : node)
    if (kept) oldNode = node
    const connection = (seat.kind === 'edge' ? createEdgeConnection : createNodeConnection)({ configuration: ice.current, protect, send: (kind, body) => signals.send(seat.peer_id, kind, body) }, {
      onState(state) {
        listener.onNodeConnection(seat, { state })
        if (state === 'connected') Object.assign(entry, { attempt: 0, was_connected: true })
        // This is called during updateRoute, too: the change is handled afterwards.
        queueMicrotask(() => node === entry && updateRoute())
      },
      onHeard: () => node === entry && updateRoute(),
      onPath: (path) => listener.onNodeConnection(seat, { path }),
      onVoice: (voice, received, receiver) => voices.attach({ key: `${seat.peer_id} ${voice}`, ...ownerOf(voice, seat) }, received, receiver),
      onSilence: (voice) => voices.detach(`${seat.peer_id} ${voice}`),
      onBroken: (error) => onBroken(entry, error),
    })
    /** @type {NodeEntry} */ const entry = { seat, attempt, was_connected: attempt > 0, timer: undefined, connection }
    node = entry
    connection.setTrack(track)
  }

  /** @param {NodeEntry|null} entry */
  function closeNode(entry) {
    if (!entry) return
    clearTimeout(entry.timer)
    signals.forget(entry.seat.peer_id)
    entry.connection.close()
  }

  /** The connection with a node ended. If it is still the room's node, it is connected again. @param {NodeEntry} entry @param {Error} error */
  function onBroken(entry, error) {
    if (entry === oldNode) {
      closeNode(oldNode)
      oldNode = null
      reportRoute()
    }
    if (entry !== node) return
    closeNode(entry)
    if (!isRoomNode(entry)) {
      node = null
      updateRoute()
      return
    }
    console.warn('the connection to the node is replaced', error.message)
    listener.onNodeConnection(entry.seat, { state: 'reconnecting' })
    entry.timer = setTimeout(() => reconnect(entry), entry.attempt === 0 ? 0 : backoff(entry.attempt - 1))
    reportRoute()
  }

  /** @param {NodeEntry} entry */
  function reconnect(entry) {
    if (node !== entry) return
    node = null
    if (roomNode()?.peer_id === entry.seat.peer_id) {
      signals.send(entry.seat.peer_id, 'bye', {}) // the node closes its side; the next offer is for a new connection
      openNode(entry.seat, entry.attempt + 1)
    }
    updateRoute()
  }

  /** @returns {RouteStatus} */
  function status() {
    if (topology === 'mesh') return (node || oldNode) && closing.due !== Infinity && !isMeshed(seats.filter((seat) => !isNode(seat))) ? 'moving' : 'settled'
    if (!roomNode()) return nodeMissing ? 'no_node' : 'moving'
    // From an edge to the stage or back, the old connection is heard until the new one is: nobody needs to know.
    if (isConnected(node) || (isConnected(oldNode) && (isEdge(node) || isEdge(oldNode)))) return 'settled'
    if (node?.was_connected) return node.attempt > 1 ? 'lost' : 'reconnecting'
    if (node && node.attempt > 1) return 'lost'
    return oldNode || mesh.peers().length ? 'moving' : 'connecting'
  }

  function reportRoute() {
    const route = { topology, status: status(), node: topology === 'mesh' ? null : roomNode(), connected: isRoomNode(node) && isConnected(node) }
    const next = JSON.stringify([route.topology, route.status, route.node?.peer_id, route.connected])
    if (next === reported) return
    reported = next
    listener.onRoute(Object.freeze(route))
  }

  return {
    /**
     * Makes and closes connections as the room says. @param {Seat|null} my_seat @param {Iterable<Seat>} all @param {Topology} wanted
     * @param {boolean} [counted] whether the room's roster is
     */
    update(my_seat, all, wanted, counted = false) {
      mesh.setCounted(counted)
      // The others may have closed the direct connections that I kept, so all are replaced.
      if (wanted === 'mesh' && topology !== 'mesh') mesh.update(my_seat, [])
      if (wanted !== topology) keepConnections()
      me = my_seat
      seats = [...all]
      topology = wanted
      updateRoute()
    },

    /** @param {import('./mesh.js').ArrivedSignal} signal @returns {boolean} whether there is a connection for it */
    receive(signal) {
      const entry = nodeOf(signal.from_peer)
      if (!entry) return mesh.receive(signal)
      if (signal.id <= (read.get(signal.from_peer) ?? 0)) return true
      read.set(signal.from_peer, signal.id)
      if (signal.kind === 'bye') onBroken(entry, new Error(signal.body?.reason ?? 'the node hung up'))
      else entry.connection.receive(signal.kind, signal.body)
      return true
    },

    refused: mesh.refused,

    /** The audio that is sent to everybody; null sends nothing. @param {MediaStreamTrack|null} next @returns {Promise<unknown>} when it is so */
    setTrack(next) {
      if (next === track) return Promise.resolve()
      track = next
      return Promise.all([mesh.setTrack(next), ...[node, oldNode].map((entry) => entry?.connection.setTrack(next))])
    },

    /** The network changed: every path may be broken, and a node does not support ICE restarts. */
    networkChanged() {
      mesh.networkChanged()
      if (isRoomNode(node)) onBroken(node, new Error('another network'))
    },

    /** The log started a new epoch: signals that were not delivered yet are lost. */
    logLost() {
      read.clear()
      if (node && !isConnected(node)) onBroken(node, new Error('the log was lost'))
      mesh.logLost()
    },

    /** The user asked for a new connection with this user. @param {number} user_id */
    retry(user_id) {
      if (topology !== 'mesh' && isRoomNode(node)) onBroken(node, new Error('by hand'))
      else mesh.retry(user_id)
    },

    /** @returns {{ user_id: number, peer_id: string, peer: { connection: RTCPeerConnection } }[]} nodes too */
    peers: () => [...mesh.peers(), ...[node, oldNode].filter((entry) => entry !== null).map(({ seat, connection }) => ({ user_id: seat.user_id, peer_id: seat.peer_id, peer: connection }))],

    close() {
      keepConnections()
      clearTimeout(waiting)
      closeNodes()
      mesh.close()
    },
  }
}
