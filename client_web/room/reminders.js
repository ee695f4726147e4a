import { createOwnIds } from './own_ids.js'

/**
 * Scheduled rooms I want to be reminded of. A reminder is a row; it is due when its room opens, and deleted after it was shown.
 *
 * @param {{ rows: ReturnType<typeof import('../signaling/rows.js').createRows>, onChange: () => void }} options
 */
export function createReminders({ rows, onChange }) {
  const ids = createOwnIds({ read: async () => (await rows.select('reminders', { select: 'room_id' })).map(({ room_id }) => room_id), onChange })

  return {
    /** @returns {ReadonlySet<number>} room ids */
    get all() {
      return ids.all
    },
    changeUser: ids.changeUser,
    async add(/** @type {number} */ room_id) {
      await rows.insert('reminders', { room_id }, { representation: false })
      ids.add(room_id)
    },
    async remove(/** @type {number} */ room_id) {
      ids.remove(room_id)
      await rows.remove('reminders', { room_id: `eq.${room_id}` })
    },
    /** Open rooms that I wanted to be reminded of. @template {import('./hallway.js').HallwayRow} T @param {T[]} hallway */
    due: (hallway) => hallway.filter((row) => ids.all.has(row.id) && !row.scheduled),
  }
}
