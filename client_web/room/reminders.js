import { isGone } from './hallway.js'
import { createOwnIds } from './own_ids.js'

/**
 * Scheduled rooms I want to be reminded of, also weekly. A reminder is a row; it is due when its room opens. After it was shown it is deleted, or, for a
 * series, marked as seen: the database makes it that of the next room.
 *
 * @param {{ rows: ReturnType<typeof import('../signaling/rows.js').createRows>, onChange: () => void }} options
 */
export function createReminders({ rows, onChange }) {
  /** @type {ReadonlySet<number>} */ let weekly = new Set() // also rooms that I have seen open
  /** @type {number[]} */ let listed = [] // of those, rooms of the hallway
  const ids = createOwnIds({ read, onChange })

  async function read() {
    const found = /** @type {{ room_id: number, repeated: boolean, seen_at: string|null }[]} */ (/** @type {unknown} */ (await rows.select('reminders', { select: 'room_id,repeated,seen_at' })))
    weekly = new Set(found.filter(({ repeated }) => repeated).map(({ room_id }) => room_id))
    return found.filter(({ seen_at }) => seen_at === null).map(({ room_id }) => room_id)
  }

  const byRoom = (/** @type {number} */ room_id) => ({ room_id: `eq.${room_id}` })

  return {
    /** @returns {ReadonlySet<number>} room ids */
    get all() {
      return ids.all
    },
    /** Of these series I want to be reminded of every room. @returns {ReadonlySet<number>} room ids */
    get weekly() {
      return weekly
    },
    changeUser(/** @type {{ id: number }|null} */ user) {
      if (ids.owner !== (user?.id ?? null)) weekly = new Set()
      return ids.changeUser(user)
    },
    async add(/** @type {number} */ room_id) {
      await rows.insert('reminders', { room_id }, { representation: false })
      ids.add(room_id)
    },
    async remove(/** @type {number} */ room_id) {
      ids.remove(room_id)
      weekly = without(weekly, room_id)
      await rows.remove('reminders', byRoom(room_id))
    },
    /** Every room of this series, or this one only. @param {number} room_id @param {boolean} wanted */
    async repeat(room_id, wanted) {
      if (ids.all.has(room_id)) await rows.update('reminders', { repeated: wanted }, byRoom(room_id), { representation: false })
      else await rows.insert('reminders', { room_id, repeated: wanted }, { representation: false })
      await ids.reload()
      onChange()
    },
    /** It was shown that the room is open. */
    async seen(/** @type {number} */ room_id) {
      ids.remove(room_id)
      if (weekly.has(room_id)) await rows.update('reminders', { seen_at: new Date().toISOString() }, byRoom(room_id), { representation: false })
      else await rows.remove('reminders', byRoom(room_id))
    },
    /** A room of a series may have ended: its reminder is that of the next room then. @param {import('./hallway.js').Hallway} hallway */
    see(hallway) {
      const isThere = (/** @type {number} */ id) => [hallway.get(id)].some((row) => row && !isGone(row))
      const ended = !listed.every(isThere)
      listed = [...weekly].filter(isThere)
      if (ended) ids.reload().then(onChange, () => {})
    },
    /** Open rooms that I wanted to be reminded of. @template {import('./hallway.js').HallwayRow} T @param {T[]} hallway */
    due: (hallway) => hallway.filter((row) => ids.all.has(row.id) && !row.scheduled),
  }
}

/** @param {ReadonlySet<number>} ids @param {number} gone */
const without = (ids, gone) => new Set([...ids].filter((id) => id !== gone))
