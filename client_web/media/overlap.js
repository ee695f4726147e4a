/**
 * Of several ways by which somebody's voice comes, one is heard. While a room moves there are two for a moment, and both at once would
 * echo; the newer one takes over when it brings what the older one does, and not before. Pure.
 *
 * A way brings one voice or, from a node that mixes, several in one.
 *
 * @typedef {object} Way
 * @property {number|null} user_id  whose voice; null for a mix
 * @property {ReadonlySet<number>} heard  who was heard on it so far
 * @property {ReadonlySet<number>} sounding  who is heard on it just now
 */

/**
 * Which of these are to be heard.
 * @template {Way} T
 * @param {readonly T[]} ways  in the order they came
 * @returns {Set<T>}
 */
export function audibleOf(ways) {
  /** @type {Set<T>} */ const audible = new Set()
  /** @type {T[]} */ const mixes = [] // audible ones: what is in them must not come a second time
  ways.forEach((way, index) => {
    const newer = ways.slice(index + 1)
    /** @param {number} user_id */
    const taken = (user_id) => newer.some(({ heard }) => heard.has(user_id))
    if (way.user_id !== null) {
      const { user_id } = way
      const idle = !way.heard.has(user_id) && ways.slice(0, index).some((older) => older.user_id === user_id && older.heard.has(user_id))
      if (!idle && !taken(user_id) && !mixes.some(({ sounding }) => sounding.has(user_id))) audible.add(way)
    } else if (!mixes.length && (!newer.length || [...way.sounding].some((user_id) => !taken(user_id)))) {
      audible.add(way)
      mixes.push(way)
    }
  })
  return audible
}

/** Whether anybody could come by two ways, so that it has to be asked again. @param {readonly Way[]} ways */
export function overlaps(ways) {
  const users = new Set(ways.map(({ user_id }) => user_id))
  return ways.length > users.size || (users.has(null) && users.size > 1)
}
