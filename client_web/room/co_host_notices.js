import { createOwnIds } from './own_ids.js'

/** @typedef {{ room_id: number, room: string, named_by: string|null }} CoHostNotice */

/**
 * Rooms of which I was named a co-host and have not seen it yet: rows, which are read again when a room of the hallway names me.
 * @param {{ rows: ReturnType<typeof import('../signaling/rows.js').createRows>, onChange: () => void }} options
 */
export function createCoHostNotices({ rows, onChange }) {
  /** @type {CoHostNotice[]} */ let all = []
  /** @type {ReadonlySet<number>} */ let mine = new Set() // rooms of the hallway that I co-host
  const ids = createOwnIds({ read, onChange })

  async function read() {
    const found = /** @type {{ room_id: number, rooms: { name: string }|null, users: { username: string }|null }[]} */ (/** @type {unknown} */ (
      await rows.select('co_host_notices', { select: 'room_id,rooms(name),users!co_host_notices_named_by_fkey(username)', order: 'created_at' })))
    all = found.map(({ room_id, rooms, users }) => ({ room_id, room: rooms?.name ?? 'A room', named_by: users?.username ?? null }))
    return all.map(({ room_id }) => room_id)
  }

  return {
    get all() {
      return all.filter(({ room_id }) => ids.all.has(room_id))
    },
    changeUser(/** @type {{ id: number }|null} */ user) {
      if (ids.owner !== (user?.id ?? null)) mine = new Set()
      return ids.changeUser(user)
    },
    /** @param {ReadonlyMap<number, { id: number, co_host_ids?: readonly number[] }>} hallway */
    see(hallway) {
      const me = ids.owner
      const now = new Set(me === null ? [] : [...hallway.values()].filter(({ co_host_ids }) => co_host_ids?.includes(me)).map(({ id }) => id))
      const changed = [...now].some((id) => !mine.has(id)) || [...ids.all].some((id) => !now.has(id) && mine.has(id))
      mine = now
      if (changed) ids.reload().catch(() => {})
    },
    async seen(/** @type {number} */ room_id) {
      ids.remove(room_id)
      await rows.remove('co_host_notices', { room_id: `eq.${room_id}` })
    },
  }
}
