import { createOwnIds } from './own_ids.js'

/**
 * Those whom I follow: the ids in `column` of my rows in `table`.
 *
 * @param {{ rows: ReturnType<typeof import('../signaling/rows.js').createRows>, table: string, column: string, onChange: () => void }} options
 */
export function createFollowed({ rows, table, column, onChange }) {
  const ids = createOwnIds({
    read: async (user_id) => (await rows.select(table, { user_id: `eq.${user_id}`, select: column })).map((row) => row[column]),
    onChange,
  })

  return {
    /** @returns {ReadonlySet<number>} ids of clubs, or of users */
    get all() {
      return ids.all
    },
    get owner() {
      return ids.owner
    },
    changeUser: ids.changeUser,
    reload: ids.reload,

    async follow(/** @type {number} */ id) {
      await rows.insert(table, { [column]: id }, { representation: false })
      ids.add(id)
    },
    async unfollow(/** @type {number} */ id) {
      await rows.remove(table, { [column]: `eq.${id}`, user_id: `eq.${ids.owner}` })
      ids.remove(id)
    },
  }
}
