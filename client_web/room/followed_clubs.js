import { createOwnIds } from './own_ids.js'

/** @import { Json } from '../signaling/json.js' */

/**
 * The clubs I follow: their rooms come first in my hallway.
 *
 * @param {{ rows: ReturnType<typeof import('../signaling/rows.js').createRows>, onChange: () => void }} options
 */
export function createFollowedClubs({ rows, onChange }) {
  const ids = createOwnIds({
    read: async (user_id) => (await rows.select('followers', { user_id: `eq.${user_id}`, select: 'club_id' })).map(({ club_id }) => club_id),
    onChange,
  })

  return {
    /** @returns {ReadonlySet<number>} club ids */
    get all() {
      return ids.all
    },
    changeUser: ids.changeUser,
    reload: ids.reload,

    async follow(/** @type {number} */ club_id) {
      await rows.insert('followers', { club_id }, { representation: false })
      ids.add(club_id)
    },
    async unfollow(/** @type {number} */ club_id) {
      await rows.remove('followers', { club_id: `eq.${club_id}`, user_id: `eq.${ids.owner}` })
      ids.remove(club_id)
    },

    /** The clubs I may start a room in: those I am a member of. @returns {Promise<Json[]>} */
    async mine() {
      const members = ids.owner === null ? [] : await rows.select('members', { user_id: `eq.${ids.owner}`, select: 'club_id' })
      if (!members.length) return []
      const wanted = members.map(({ club_id }) => club_id).join(',')
      return rows.select('clubs', { id: `in.(${wanted})`, select: 'id,name,description,topic_id,owner_id', order: 'name' })
    },
  }
}
