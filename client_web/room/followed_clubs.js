/** @import { Json } from '../signaling/json.js' */

/**
 * The clubs I follow: their rooms come first in my hallway.
 *
 * @param {{ rows: ReturnType<typeof import('../signaling/rows.js').createRows>, onChange: () => void }} options
 */
export function createFollowedClubs({ rows, onChange }) {
  /** @type {ReadonlySet<number>} */ let ids = new Set()
  /** @type {number|null} */ let whose = null

  function become(/** @type {ReadonlySet<number>} */ next) {
    ids = next
    onChange()
  }

  const clubs = {
    /** @returns {ReadonlySet<number>} club ids */
    get ids() {
      return ids
    },

    /** @param {{ id: number }|null} user  who I am now */
    changeUser(user) {
      whose = user?.id ?? null
      become(new Set())
    },

    /** Reads them again: another action may have changed them. */
    async read() {
      const user_id = whose
      const found = user_id === null ? [] : await rows.select('followers', { user_id: `eq.${user_id}`, select: 'club_id' })
      if (user_id === whose) become(new Set(found.map(({ club_id }) => club_id)))
    },

    async follow(/** @type {number} */ club_id) {
      await rows.insert('followers', { club_id }, { representation: false })
      become(new Set(ids).add(club_id))
    },
    async unfollow(/** @type {number} */ club_id) {
      await rows.remove('followers', { club_id: `eq.${club_id}`, user_id: `eq.${whose}` })
      become(new Set([...ids].filter((id) => id !== club_id)))
    },

    /** The clubs I may start a room in: those I am a member of. @returns {Promise<Json[]>} */
    async mine() {
      const members = whose === null ? [] : await rows.select('members', { user_id: `eq.${whose}`, select: 'club_id' })
      if (!members.length) return []
      const wanted = members.map(({ club_id }) => club_id).join(',')
      return rows.select('clubs', { id: `in.(${wanted})`, select: 'id,name,description,topic_id,owner_id', order: 'name' })
    },
  }
  return clubs
}
