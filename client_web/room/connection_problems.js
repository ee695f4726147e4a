/**
 * The problems of connections that are not over yet: each once, the newest last.
 *
 * @typedef {{ cause: 'turn_refused', url: string } | { cause: 'turn_failed', url: string, code: number } | { cause: 'no_relay_candidate' }
 *   | { cause: 'cannot_connect', username: string } | { cause: 'signals_wait', problem: import('../signaling/problem.js').Problem }
 *   | { cause: 'node_lost', username: string|null } | { cause: 'no_node', topology: string }} Cause
 * @typedef {Cause & { id: number, at: number, kind: 'turn'|'signal'|'connection'|'node', user_id: number|null }} ConnectionProblem
 *   `user_id`: with whom; `at` in ms since the epoch
 *
 * @param {{ onChange: () => void }} options
 */
export function createConnectionProblems({ onChange }) {
  const KEPT = 20
  /** @type {readonly ConnectionProblem[]} */ let list = []
  let last = 0

  /** @param {(problem: ConnectionProblem) => boolean} isOver */
  function removeIf(isOver) {
    const next = list.filter((problem) => !isOver(problem))
    if (next.length === list.length) return
    list = next
    onChange()
  }

  return {
    get list() {
      return list
    },

    /** @param {ConnectionProblem['kind']} kind @param {number|null} user_id @param {Cause} cause */
    add(kind, user_id, cause) {
      const key = JSON.stringify(cause)
      const known = list.some(({ id: _, at: __, kind: ___, user_id: ____, ...other }) => JSON.stringify(other) === key)
      if (known) return
      list = [...list, Object.freeze({ ...cause, id: (last += 1), at: Date.now(), kind, user_id })].slice(-KEPT)
      onChange()
    },

    /** The connection with this user is made, or is not needed any more. @param {number} user_id */
    removeUser: (user_id) => removeIf((problem) => problem.user_id === user_id),
    /** @param {ConnectionProblem['kind']} kind */
    removeKind: (kind) => removeIf((problem) => problem.kind === kind),
  }
}
