import { usernamesOf } from './usernames.js'

/** @import { Json } from '../signaling/json.js' */

/**
 * What the link of a room that has ended shows: its name, who was there, and its recordings, as far as I may read them.
 *
 * @typedef {{ user_id: number, username: string, role: string }} Visit
 * @typedef {{ id: number, name: string, host: string, ended_at: string, ended_reason: string|null, people: Visit[],
 *             recordings: import('./recordings.js').Recording[] }} EndedRoom
 * @param {{ rows: ReturnType<typeof import('../signaling/rows.js').createRows>, recordings: ReturnType<typeof import('./recordings.js').createRecordings>,
 *           signedIn: () => boolean }} parts
 */
export function createEndedRooms({ rows, recordings, signedIn }) {
  const SHOWN = 200 // people

  return {
    /** @param {number} id @returns {Promise<EndedRoom|null>} null if it has not ended, or I may not see it */
    async one(id) {
      const [room] = await rows.select('rooms', { id: `eq.${id}`, select: 'id,name,host_id,ended_at,ended_reason' })
      if (!room?.ended_at) return null
      const [visits, recorded] = await Promise.all([
        rows.select('visits', { room_id: `eq.${id}`, select: 'user_id,role', order: 'left_at', limit: SHOWN }),
        signedIn() ? recordings.of(id) : [],
      ])
      const names = await usernamesOf(rows, [room.host_id, ...visits.map(({ user_id }) => user_id)])
      const people = visits.map(({ user_id, role }) => ({ user_id, role, username: names.get(user_id) ?? 'unknown user' }))
      return /** @type {Json} */ ({ ...room, host: names.get(room.host_id) ?? '', people, recordings: recorded.filter(({ status }) => status !== 'recording') })
    },
  }
}
