/** @import { Json } from '../signaling/json.js' */

/**
 * A user's profile: their text, clubs, and the rooms they are in now, as far as I may see them.
 *
 * @typedef {{ id: number, username: string, kind: string, bio: string|null, created_at: string,
 *             clubs: { club_id: number, name: string, role: string }[], rooms: { room_id: number, room: string, role: string }[] }} Profile
 * @param {{ rows: ReturnType<typeof import('../signaling/rows.js').createRows> }} parts
 */
export function createProfiles({ rows }) {
  const columns = 'id,username,kind,bio,created_at'

  /** Names are unique without regard to case. The exact name is tried first, because it may have characters that are wildcards for `ilike`. */
  async function find(/** @type {string} */ username) {
    const [exact] = await rows.select('users', { username: `eq.${username}`, select: columns })
    if (exact || /[*%_\\]/u.test(username)) return exact ?? null
    const [alike] = await rows.select('users', { username: `ilike.${username}`, select: columns })
    return alike ?? null
  }

  return {
    /** @param {string} username @returns {Promise<Profile|null>} */
    async one(username) {
      const user = await find(username)
      if (!user) return null
      const [belongs, rooms] = await Promise.all([
        rows.select('club_roster', { user_id: `eq.${user.id}`, select: 'club_id,role', limit: 100 }),
        rows.select('roster', { user_id: `eq.${user.id}`, select: 'room_id,room,role' }),
      ])
      const ids = belongs.map(({ club_id }) => club_id)
      const clubs = ids.length ? await rows.select('clubs', { id: `in.(${ids.join(',')})`, select: 'id,name', order: 'name' }) : []
      const roles = new Map(belongs.map(({ club_id, role }) => [club_id, role]))
      return /** @type {Json} */ ({ ...user, rooms, clubs: clubs.map(({ id, name }) => ({ club_id: id, name, role: roles.get(id) })) })
    },

    /** @param {number} id mine @param {{ username?: string, bio?: string|null }} change */
    change: (id, change) => rows.update('users', change, { id: `eq.${id}` }, { representation: false }),

    /** For site moderators: the user is signed out everywhere, and cannot sign in. */
    disable: (/** @type {{ username: string }} */ { username }) => rows.rpc('disable_user', { username }),
    enable: (/** @type {{ username: string }} */ { username }) => rows.rpc('enable_user', { username }),

    /** The names of the people who have been here longest. @returns {Promise<string[]>} */
    first: async () => (await rows.select('users', { select: 'username', kind: 'eq.person', order: 'id', limit: 8 })).map(({ username }) => username),

    /** Names with a word that begins like this text. @returns {Promise<string[]>} */
    async suggest(/** @type {string} */ beginning, { limit = 6 } = {}) {
      const found = beginning.trim()
        ? (await rows.select('rpc/search', { query: beginning, kinds: '{person}', most: limit })).map(({ name }) => name)
        : (await rows.select('users', { select: 'username', kind: 'eq.person', order: 'username', limit })).map(({ username }) => username)
      return found
    },
  }
}
