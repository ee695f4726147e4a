import { shouldConnect } from '../media/mesh.js'
import { createConnectionProblems } from './connection_problems.js'

/**
 * What is known of the connections of the present session, with people and with the node: for the page, and for the inspector.
 *
 * @typedef {{ topology: 'mesh'|'sfu'|'mcu', status: import('../media/routes.js').RouteStatus,
 *             node: { user_id: number, username: string, kind: Seat['kind'] }|null, connected: boolean }} Route  how the room's audio is sent
 * @typedef {{ state: import('../media/peer.js').Connection, path: import('../media/peer.js').Path|null }} Connected
 * @typedef {import('./state.js').Seat} Seat
 * @typedef {ReturnType<typeof createConnectionStates>} ConnectionStates
 *
 * @param {object} options
 * @param {ReturnType<typeof import('./inspector.js').createInspector>} options.inspector
 * @param {() => void} options.onChange
 */
export function createConnectionStates({ inspector, onChange }) {
  const problems = createConnectionProblems({ onChange })
  /** @type {ReadonlyMap<number, Connected>} by user, in the mesh */ let connections = new Map()
  /** @type {Route|null} */ let route = null
  /** @type {import('../media/peer.js').Path|null} */ let path = null // of the connection with the node

  /** @type {import('../media/routes.js').RouteListener} */
  const listener = {
    onGone({ user_id }) {
      const others = new Map(connections)
      others.delete(user_id)
      connections = others
      problems.removeUser(user_id)
      onChange()
    },
    onConnection(other, change) {
      const { state, path: found } = { .../** @type {Connected} */ ({ state: 'waiting', path: null }), ...connections.get(other.user_id), ...change }
      connections = new Map(connections).set(other.user_id, { state, path: found })
      inspector.connection(other, change)
      if (state === 'connected') problems.removeUser(other.user_id)
      onChange()
    },
    onNodeConnection(node, change) {
      inspector.connection(node, change)
      if (change.path !== undefined) path = change.path
      onChange()
    },
    onRoute({ node, ...next }) {
      route = Object.freeze({ ...next, node: node && Object.freeze({ user_id: node.user_id, username: node.username, kind: node.kind }) })
      problems.removeKind('node')
      if (next.status === 'lost') problems.add('node', null, { cause: 'node_lost', username: node?.username ?? null })
      if (next.status === 'no_node') problems.add('node', null, { cause: 'no_node', topology: next.topology })
      onChange()
    },
    onProblem(other, problem) {
      problems.add(problem.cause === 'cannot_connect' ? 'connection' : 'turn', other.user_id, problem)
      inspector.note({ code: 'connection_problem', problem }, other.user_id)
    },
  }

  return {
    listener,

    /** @param {Seat|null} to @param {string} kind @param {import('../signaling/json.js').Json} body */
    sent(to, kind, body) {
      if (to && kind !== 'bye' && kind !== 'connected') inspector.sent(to, kind, body)
    },
    /** @param {Seat|null} from @param {import('../media/mesh.js').ArrivedSignal} signal */
    received(from, { kind, body }) {
      if (from && kind !== 'connected') inspector.received(from, kind, body)
    },
    /** A signal of a session that has ended. @param {import('../media/mesh.js').ArrivedSignal} signal */
    ignored: ({ kind, from_user }) => void inspector.note({ code: 'signal_of_old_session', signal: kind }, from_user),
    /** @param {Seat|null} to @param {string} kind @param {import('../signaling/problem.js').Problem} problem */
    refused: (to, kind, problem) => void inspector.note({ code: 'signal_refused', signal: kind, problem }, to?.user_id ?? null),
    /** Signals could not be sent yet. @param {import('../signaling/problem.js').Problem} problem */
    delayed: (problem) => problems.add('signal', null, { cause: 'signals_wait', problem }),
    /** Signals were sent. */
    posted: () => problems.removeKind('signal'),

    get problems() {
      return problems.list
    },
    get route() {
      return route
    },
    /** My connection with a person: the direct one, or the one with the node. @param {Seat|null} me @param {Seat} other @returns {Connected|undefined} */
    between(me, other) {
      const direct = connections.get(other.user_id)
      if (direct?.state === 'connected' || !route || route.topology === 'mesh') return direct
      if (!me || !shouldConnect(me, other)) return undefined
      return route.connected ? { state: 'connected', path } : (direct ?? { state: 'waiting', path: null })
    },

    /** The connections are closed. */
    clear() {
      connections = new Map()
      route = path = null
      problems.removeKind('node')
    },
  }
}
