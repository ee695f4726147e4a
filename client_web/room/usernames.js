/**
 * The names of users, by id; one whose name may not be seen is left out.
 * @param {Pick<ReturnType<typeof import('../signaling/rows.js').createRows>, 'select'>} rows
 * @param {Iterable<number>} user_ids
 * @returns {Promise<Map<number, string>>}
 */
export async function usernamesOf(rows, user_ids) {
  const ids = [...new Set(user_ids)]
  if (!ids.length) return new Map()
  const users = await rows.select('users', { id: `in.(${ids.join(',')})`, select: 'id,username' })
  return new Map(users.map(({ id, username }) => [id, username]))
}
