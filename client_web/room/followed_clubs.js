import { createFollowed } from './followed.js'

/** @import { Json } from '../signaling/json.js' */

/**
 * The clubs I follow: their rooms come first in my hallway.
 *
 * @param {{ rows: ReturnType<typeof import('../signaling/rows.js').createRows>, onChange: () => void }} options
 */
export function createFollowedClubs({ rows, onChange }) {
  const followed = createFollowed({ rows, table: 'followers', column: 'club_id', onChange })

  return {
    /** @returns {ReadonlySet<number>} club ids */
    get all() {
      return followed.all
    },
    changeUser: followed.changeUser,
    reload: followed.reload,
    follow: followed.follow,
    unfollow: followed.unfollow,

    /** The clubs I may start a room in: those I am a member of. @returns {Promise<Json[]>} */
    async mine() {
      const members = followed.owner === null ? [] : await rows.select('members', { user_id: `eq.${followed.owner}`, select: 'club_id' })
      if (!members.length) return []
      const wanted = members.map(({ club_id }) => club_id).join(',')
      return rows.select('clubs', { id: `in.(${wanted})`, select: 'id,name,description,topic_id,owner_id', order: 'name' })
    },
  }
}
