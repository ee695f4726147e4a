/**
 * Scheduled rooms I want to be reminded of. A reminder is a row; it is due when its room opens, and deleted after it was shown.
 *
 * @param {{ rows: ReturnType<typeof import('../signaling/rows.js').createRows>, onChange: () => void }} parts
 */
export function createReminders({ rows, onChange }) {
  /** @type {ReadonlySet<number>} */ let wanted = new Set()

  /** @param {ReadonlySet<number>} next */
  function keep(next) {
    wanted = next
    onChange()
  }

  return {
    /** @returns {ReadonlySet<number>} room ids */
    get wanted() {
      return wanted
    },
    /** Reads the reminders of this user; null: nobody is signed in. @param {number|null} user_id */
    async learn(user_id) {
      if (wanted.size > 0) keep(new Set())
      if (user_id === null) return
      const mine = await rows.select('reminders', { select: 'room_id' })
      keep(new Set(mine.map(({ room_id }) => room_id)))
    },
    async want(/** @type {number} */ room_id) {
      await rows.insert('reminders', { room_id }, { representation: false })
      keep(new Set(wanted).add(room_id))
    },
    async drop(/** @type {number} */ room_id) {
      keep(new Set([...wanted].filter((id) => id !== room_id)))
      await rows.remove('reminders', { room_id: `eq.${room_id}` })
    },
    /** Open rooms that I wanted to be reminded of. @template {import('./hallway.js').HallwayRow} T @param {T[]} hallway */
    due: (hallway) => hallway.filter((row) => wanted.has(row.id) && !row.scheduled),
  }
}
