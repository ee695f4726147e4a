/**
 * The people I blocked: rows that only I can read. They are not informed, and we can still be in one room: the page warns me before I
 * enter, folds their messages, and does not play their voices.
 *
 * @param {{ rows: ReturnType<typeof import('../signaling/rows.js').createRows>, onChange: (changed: number[]) => void }} options  with the ids that were added or removed
 */
export function createBlocks({ rows, onChange }) {
  /** @type {ReadonlySet<number>} user ids */ let all = new Set()
  /** @type {number|null|undefined} undefined: not known */ let whose = null
  /** @type {Promise<void>} */ let learned = Promise.resolve()

  /** @param {ReadonlySet<number>} next */
  function become(next) {
    const changed = [...new Set([...all, ...next])].filter((id) => all.has(id) !== next.has(id))
    all = next
    onChange(changed)
  }

  /** @param {{ id: number }} user */
  async function read(user) {
    try {
      const blocks = await rows.select('blocks', { select: 'blocked_id' })
      if (whose === user.id) become(new Set(blocks.map(({ blocked_id }) => blocked_id)))
    } catch {
      if (whose === user.id) whose = undefined // asked again with the next sign-in; entering a room is possible without it
    }
  }

  return {
    get all() {
      return all
    },

    /** @param {{ id: number }|null} user  who I am now */
    learn(user) {
      if (whose === (user?.id ?? null)) return
      whose = user?.id ?? null
      if (all.size) become(new Set())
      learned = user ? read(user) : Promise.resolve()
    },

    /** Which of the blocked people are in this room. @param {number} roomId @returns {Promise<string[]>} their names */
    async namesIn(roomId) {
      await learned
      if (!all.size) return []
      try {
        const filters = { room_id: `eq.${roomId}`, user_id: `in.(${[...all].join(',')})`, select: 'username' }
        return (await rows.select('roster', filters)).map(({ username }) => username)
      } catch {
        return [] // entering will report what is wrong
      }
    },

    /** @param {{ user_id: number, username: string }} person */
    async block({ user_id, username }) {
      await rows.rpc('block', { username })
      become(new Set(all).add(user_id))
    },
    /** @param {{ user_id: number, username: string }} person */
    async unblock({ user_id, username }) {
      await rows.rpc('unblock', { username })
      become(new Set([...all].filter((id) => id !== user_id)))
    },
  }
}
