/**
 * Ids that belong to the signed-in user, such as the rooms they want to be reminded of: rows that only they can read. They are read when
 * another user signs in, and again with the next sign-in if that failed.
 *
 * @param {object} options
 * @param {(user_id: number) => Promise<number[]>} options.read
 * @param {(changed: number[]) => void} options.onChange  with the ids that were added or removed
 */
export function createOwnIds({ read, onChange }) {
  /** @type {ReadonlySet<number>} */ let ids = new Set()
  /** @type {number|null|undefined} undefined: not known */ let owner = null
  /** @type {Promise<void>} */ let reading = Promise.resolve()

  /** @param {ReadonlySet<number>} next */
  function become(next) {
    const changed = [...new Set([...ids, ...next])].filter((id) => ids.has(id) !== next.has(id))
    ids = next
    if (changed.length) onChange(changed)
  }

  async function load() {
    const user_id = owner
    if (user_id === null || user_id === undefined) return
    const found = await read(user_id)
    if (owner === user_id) become(new Set(found))
  }

  return {
    /** @returns {ReadonlySet<number>} */
    get all() {
      return ids
    },
    get owner() {
      return owner ?? null
    },

    /** @param {{ id: number }|null} user  who is signed in now @returns {Promise<void>} resolves when the ids were read, or could not be */
    changeUser(user) {
      const user_id = user?.id ?? null
      if (owner === user_id) return reading
      owner = user_id
      become(new Set())
      reading = load().catch(() => {
        if (owner === user_id) owner = undefined // not important enough for an error
      })
      return reading
    },
    /** Reads them again: another action may have changed them. */
    reload: load,

    add: (/** @type {number} */ id) => become(new Set(ids).add(id)),
    remove: (/** @type {number} */ id) => become(new Set([...ids].filter((each) => each !== id))),
  }
}
