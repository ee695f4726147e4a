import { createOutbox } from '../signaling/outbox.js'
import { shouldConnect } from '../media/mesh.js'
import { createRoutes } from '../media/routes.js'

/**
 * All connections of one session of my seat, with people and with the node: their signals and their states. They are closed when the
 * session ends.
 *
 * @typedef {{ topology: 'mesh'|'sfu'|'mcu', status: import('../media/routes.js').RouteStatus,
 *             node: { user_id: number, username: string }|null, connected: boolean }} Route  how the room's audio is sent
 *
 * @typedef {{ state: import('../media/peer.js').Connection, path: import('../media/peer.js').Path|null }} Connected
 *
 * @param {object} options
 * @param {ReturnType<typeof import('../signaling/ice.js').createIce>} options.ice
 * @param {ReturnType<typeof import('./inspector.js').createInspector>} options.inspector
 * @param {ReturnType<typeof import('./connection_problems.js').createConnectionProblems>} options.connectionProblems
 * @param {ReturnType<typeof import('./sound.js').createSound>} options.sound
 * @param {(peer_id: string) => import('./state.js').Seat|null} options.seatOf
 * @param {(signals: import('../signaling/outbox.js').Signal[]) => Promise<unknown>} options.post  as rows of `signals`
 * @param {() => void} options.onSeatLost  a signal was refused because my seat is not mine any more
 * @param {() => void} options.onChange
 */
export function createConnections({ ice, inspector, connectionProblems, sound, seatOf, post, onSeatLost, onChange }) {
  /** @type {Map<number, Connected>} by user, in the mesh */ let connections = new Map()
  /** @type {Route|null} */ let route = null
  /** @type {import('../media/peer.js').Path|null} */ let path = null // of the connection with the node
  /** @type {import('./state.js').Seat|null} */ let me = null

  const outbox = createOutbox({
    async post(signals) {
      await post(signals)
      connectionProblems.removeKind('signal')
    },
    onRefused({ to_peer, kind }, problem) {
      inspector.note({ code: 'signal_refused', signal: kind, problem }, seatOf(to_peer)?.user_id ?? null)
      routes.refused(to_peer, kind, problem.rule)
      if (problem.rule === 'signals_sender_is_seated') onSeatLost()
    },
    onRetry: (problem) => connectionProblems.add('signal', null, { cause: 'signals_wait', problem }),
  })

  const routes = createRoutes({
    configuration: () => ice.current,
    refresh: () => ice.get(),
    send(to_peer, kind, body) {
      const to = seatOf(to_peer)
      if (to && kind !== 'bye' && kind !== 'connected') inspector.sent(to, kind, body)
      outbox.send(to_peer, /** @type {import('../signaling/outbox.js').Signal['kind']} */ (kind), body)
    },
    forget: (to_peer) => outbox.forget(to_peer),
    onVoice: sound.attach,
    onSilence: sound.detach,
    onGone({ user_id }) {
      connections = new Map(connections)
      connections.delete(user_id)
      connectionProblems.removeUser(user_id)
      onChange()
    },
    onConnection(other, change) {
      const { state: next, path: found } = { .../** @type {Connected} */ ({ state: 'waiting', path: null }), ...connections.get(other.user_id), ...change }
      connections = new Map(connections).set(other.user_id, { state: next, path: found })
      inspector.connection(other, change)
      if (next === 'connected') connectionProblems.removeUser(other.user_id)
      onChange()
    },
    onNodeConnection(node, change) {
      inspector.connection(node, change)
      if (change.path !== undefined) path = change.path
      onChange()
    },
    onRoute({ node, ...next }) {
      route = Object.freeze({ ...next, node: node && Object.freeze({ user_id: node.user_id, username: node.username }) })
      connectionProblems.removeKind('node')
      if (next.status === 'lost') connectionProblems.add('node', null, { cause: 'node_lost', username: node?.username ?? null })
      if (next.status === 'no_node') connectionProblems.add('node', null, { cause: 'no_node', topology: next.topology })
      onChange()
    },
    onProblem(other, problem) {
      connectionProblems.add(problem.cause === 'cannot_connect' ? 'connection' : 'turn', other.user_id, problem)
      inspector.note({ code: 'connection_problem', problem }, other.user_id)
    },
  })

  return {
    /** @param {import('./state.js').Seat|null} mine @param {Iterable<import('./state.js').Seat>} seats @param {'mesh'|'sfu'|'mcu'} topology */
    update(mine, seats, topology) {
      me = mine
      routes.update(mine, seats, topology)
    },

    /** @param {import('../media/mesh.js').ArrivedSignal} signal */
    receive(signal) {
      const from = seatOf(signal.from_peer)
      if (from && signal.kind !== 'connected') inspector.received(from, signal.kind, signal.body)
      if (!routes.receive(signal)) inspector.note({ code: 'signal_of_old_session', signal: signal.kind }, signal.from_user)
    },

    get route() {
      return route
    },

    /** My connection with a person: the direct one, or the one with the node. @param {import('./state.js').Seat} seat @returns {Connected|undefined} */
    connectionOf(seat) {
      const direct = connections.get(seat.user_id)
      if (direct?.state === 'connected' || !route || route.topology === 'mesh') return direct
      if (!me || !shouldConnect(me, seat)) return undefined
      return route.connected ? { state: 'connected', path } : (direct ?? { state: 'waiting', path: null })
    },

    setTrack: routes.setTrack,
    networkChanged() {
      outbox.hurry()
      routes.networkChanged()
    },
    logLost: routes.logLost,
    retry: routes.retry,
    peers: routes.peers,

    close() {
      outbox.close()
      routes.close()
      connectionProblems.removeKind('node')
      sound.silence()
    },
  }
}
