/**
 * What goes wrong with connections, for people to see: each trouble once, the newest last, gone when it is over.
 *
 * @typedef {{ id: number, kind: 'turn'|'stun'|'signal'|'connection'|'node', user_id: number|null, message: string, at: number }} Trouble
 * @param {{ onChange: () => void }} options
 */
export function createConnectionProblems({ onChange }) {
  const KEPT = 20
  /** @type {readonly Trouble[]} */ let list = []
  let last = 0
  return {
    get list() {
      return list
    },

    /** @param {Omit<Trouble, 'id'|'at'>} trouble */
    add(trouble) {
      if (list.some(({ kind, message }) => kind === trouble.kind && message === trouble.message)) return
      list = [...list, Object.freeze({ id: (last += 1), at: Date.now(), ...trouble })].slice(-KEPT)
      onChange()
    },

    /** The connection with this user is made, or is no longer wanted. @param {number} user_id */
    settle(user_id) {
      const next = list.filter((trouble) => trouble.user_id !== user_id)
      if (next.length === list.length) return
      list = next
      onChange()
    },

    /** @param {Trouble['kind']} kind */
    over(kind) {
      const next = list.filter((trouble) => trouble.kind !== kind)
      if (next.length === list.length) return
      list = next
      onChange()
    },
  }
}
