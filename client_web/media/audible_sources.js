/**
 * Which of several sources of one person's voice is heard. While a room changes its route there are two for a moment, and both at once
 * would echo. The newer source replaces the older one as soon as it has the same voice, and not before. Pure.
 *
 * A source has one voice or, from a node that mixes, several voices in one. Of a mix that does not name them, it is assumed that all who may
 * speak are in it as long as it flows.
 *
 * @typedef {object} Source
 * @property {number|null} user_id  whose voice; null for a mix
 * @property {ReadonlySet<number>} heard  who was heard on it so far
 * @property {ReadonlySet<number>} sounding  who is heard on it just now
 */

/**
 * Which of these are to be heard.
 * @template {Source} T
 * @param {readonly T[]} sources  in the order they came
 * @returns {Set<T>}
 */
export function audibleOf(sources) {
  /** @type {Set<T>} */ const audible = new Set()
  /** @type {T[]} */ const mixes = [] // audible ones: what is in them must not come a second time
  sources.forEach((source, index) => {
    const newer = sources.slice(index + 1)
    /** @param {number} user_id */
    const comesFromNewer = (user_id) => newer.some(({ heard }) => heard.has(user_id))
    if (source.user_id !== null) {
      const { user_id } = source
      const idle = !source.heard.has(user_id) && sources.slice(0, index).some((older) => older.user_id === user_id && older.heard.has(user_id))
      if (!idle && !comesFromNewer(user_id) && !mixes.some(({ sounding }) => sounding.has(user_id))) audible.add(source)
    } else if (!mixes.length && (!newer.length || [...source.sounding].some((user_id) => !comesFromNewer(user_id)))) {
      audible.add(source)
      mixes.push(source)
    }
  })
  return audible
}

/** Whether somebody may come from two sources, so that `audibleOf` has to be asked repeatedly. @param {readonly Source[]} sources */
export function mayOverlap(sources) {
  const users = new Set(sources.map(({ user_id }) => user_id))
  return sources.length > users.size || (users.has(null) && users.size > 1)
}
