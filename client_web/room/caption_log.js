/**
 * What the speakers of a room said last, as captions: a pure reducer over frames of its log. Of each speaker the newest are kept, in the
 * order of their ids, even if they arrive twice; and those that became complete while I was here, in that order, for who has each read to
 * them. A deleted caption never comes back.
 *
 * @typedef {{ id: number, user_id: number, username: string, text: string, final: boolean, started_at: string, changed_at: string }} Caption
 * @typedef {object} CaptionLog
 * @property {ReadonlyMap<number, readonly Caption[]>} lines  by speaker, oldest first
 * @property {readonly Caption[]} completed  the newest that became final while I was here, in the order in which they did
 * @property {readonly number[]} deleted  ids of deleted captions, newest last
 */

/** @type {CaptionLog} */
export const NO_CAPTIONS = Object.freeze({ lines: new Map(), completed: [], deleted: [] })

const KEPT = 20 // of each speaker: the last two are shown, and a moderator can delete all
const COMPLETED_KEPT = 20
const DELETED_KEPT = 200

/** @param {CaptionLog} log @param {Caption} caption @returns {CaptionLog} */
function withCaption(log, caption) {
  if (log.deleted.includes(caption.id)) return log
  const others = (log.lines.get(caption.user_id) ?? []).filter(({ id }) => id !== caption.id)
  const lines = [...others, Object.freeze(caption)].sort((a, b) => a.id - b.id).slice(-KEPT)
  return { ...log, lines: new Map(log.lines).set(caption.user_id, lines) }
}

/** @param {CaptionLog} log @param {number} id @returns {CaptionLog} */
function without(log, id) {
  const lines = new Map([...log.lines].map(([user_id, theirs]) => [user_id, theirs.filter((one) => one.id !== id)]))
  return { lines, completed: log.completed.filter((one) => one.id !== id), deleted: [...log.deleted, id].slice(-DELETED_KEPT) }
}

/** Of a speaker who agrees no longer, or is no longer on stage, nothing is shown. @param {CaptionLog} log @param {number} user_id @returns {CaptionLog} */
function withoutSpeaker(log, user_id) {
  if (!log.lines.has(user_id)) return log
  const lines = new Map(log.lines)
  lines.delete(user_id)
  return { ...log, lines, completed: log.completed.filter((one) => one.user_id !== user_id) }
}

/**
 * @param {CaptionLog} log @param {import('../signaling/subscription.js').Frame} frame  that was not seen before
 * @returns {CaptionLog}
 */
export function reduceCaptions(log, { type, data }) {
  if (type === 'snapshot') {
    if (!data.participants) return log // a stream that was resumed
    /** @type {Caption[]} */ const captions = data.captions ?? []
    const completed = log.completed.filter((one) => captions.some(({ id }) => id === one.id))
    return captions.reduce(withCaption, { ...NO_CAPTIONS, completed, deleted: log.deleted })
  }
  if (type === 'captions') {
    if (data.type === 'DELETE') return without(log, data.old_record.id)
    const changed = withCaption(log, data.record)
    return data.record.final && changed !== log ? { ...changed, completed: [...log.completed, data.record].slice(-COMPLETED_KEPT) } : changed
  }
  if (type === 'participants' && !data.record?.captioned_by) return withoutSpeaker(log, (data.record ?? data.old_record).user_id)
  return log
}
