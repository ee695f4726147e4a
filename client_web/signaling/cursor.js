/**
 * A cursor is `<epoch>-<seq>`: a position in a log. When a log is lost, a new epoch starts; positions of two epochs cannot be compared.
 *
 * @param {string} cursor
 * @returns {{ epoch: string, seq: number }}
 */
export function parseCursor(cursor) {
  const dash = cursor.lastIndexOf('-')
  return { epoch: cursor.slice(0, dash), seq: Number(cursor.slice(dash + 1)) }
}

/**
 * Whether `next` is newer than `known`. Another epoch always is.
 * @param {string} next @param {string|null|undefined} known
 */
export function isNewer(next, known) {
  if (!known) return true
  const a = parseCursor(next)
  const b = parseCursor(known)
  return a.epoch !== b.epoch || a.seq > b.seq
}
