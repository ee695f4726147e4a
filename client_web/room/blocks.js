import { createOwnIds } from './own_ids.js'

/**
 * The people I blocked. They are not informed, and we can still be in one room: the page warns me before I enter, folds their messages,
 * and does not play their voices.
 *
 * @param {{ rows: ReturnType<typeof import('../signaling/rows.js').createRows>, onChange: (changed: number[]) => void }} options  with the ids that were added or removed
 */
export function createBlocks({ rows, onChange }) {
  const ids = createOwnIds({ read: async () => (await rows.select('blocks', { select: 'blocked_id' })).map(({ blocked_id }) => blocked_id), onChange })

  return {
    /** @returns {ReadonlySet<number>} user ids */
    get all() {
      return ids.all
    },
    changeUser: ids.changeUser,

    /** Which of the blocked people are in this room. @param {number} room_id @returns {Promise<string[]>} their names */
    async namesIn(room_id) {
      if (!ids.all.size) return []
      try {
        const filters = { room_id: `eq.${room_id}`, user_id: `in.(${[...ids.all].join(',')})`, select: 'username' }
        return (await rows.select('roster', filters)).map(({ username }) => username)
      } catch {
        return [] // entering will report what is wrong
      }
    },

    /** @param {{ user_id: number, username: string }} person */
    async block({ user_id, username }) {
      await rows.rpc('block', { username })
      ids.add(user_id)
    },
    /** @param {{ user_id: number, username: string }} person */
    async unblock({ user_id, username }) {
      await rows.rpc('unblock', { username })
      ids.remove(user_id)
    },
  }
}
