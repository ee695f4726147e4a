/**
 * What was written in a room: a pure reducer over frames of its log, and over the pages of history that are fetched beside it. Messages
 * stand in the order of their ids, in whatever order and however often they came; a deleted message never comes back.
 *
 * @typedef {{ id: number, room_id: number, user_id: number, username: string, body: string, created_at: string, client_id?: string|null }} Message
 * @typedef {object} ChatLog
 * @property {readonly Message[]} messages  oldest first
 * @property {boolean} more                 whether the room may hold earlier ones than these
 * @property {ReadonlySet<number>} deleted     ids of those taken back
 */

/** @type {ChatLog} */
export const EMPTY_LOG = Object.freeze({ messages: [], more: false, deleted: new Set() })

export const PAGE = 50 // messages in a snapshot, and in each page of history
const KEPT = 3000 // beyond them the oldest are forgotten, and can be fetched again
const DELETED_KEPT = 500

/** Adds messages in their places; those known or taken back change nothing. @param {ChatLog} log @param {Message[]} news @returns {ChatLog} */
export function withMessages(log, news) {
  /** @type {Message[]|null} */ let added = null
  for (const message of news) {
    const messages = added ?? log.messages
    const place = placeOf(messages, message.id)
    if (log.deleted.has(message.id) || messages[place]?.id === message.id) continue
    added ??= [...log.messages]
    added.splice(place, 0, Object.freeze(message))
  }
  if (!added) return log
  const excess = added.length - KEPT
  return excess > 0 ? { ...log, messages: added.slice(excess), more: true } : { ...log, messages: added }
}

/** A page of history, in any order. @param {ChatLog} log @param {Message[]} page @param {boolean} more  whether there may be more before it */
export function withHistory(log, page, more) {
  const { messages } = withMessages({ ...log, messages: log.messages.slice(0, KEPT - page.length) }, page)
  return { ...log, messages, more }
}

/** @param {ChatLog} log @param {number} id @returns {ChatLog} */
export function without(log, id) {
  const deleted = new Set([...log.deleted, id].slice(-DELETED_KEPT))
  const place = placeOf(log.messages, id)
  return { ...log, deleted, messages: log.messages[place]?.id === id ? log.messages.filter((message) => message.id !== id) : log.messages }
}

/** @type {Record<string, (log: ChatLog, frame: import('../signaling/subscription.js').Frame) => ChatLog>} */
const reactions = {
  snapshot(log, { data }) {
    if (!data.messages) return log // a resumed stream: the chat goes on where it was
    // The snapshot is the truth: what it does not name may have been deleted while we did not listen.
    return { ...withMessages(EMPTY_LOG, data.messages), more: data.messages.length >= PAGE }
  },
  messages: (log, { data }) => (data.type === 'DELETE' ? without(log, data.old_record.id) : withMessages(log, [data.record])),
}

/** @param {ChatLog} log @param {import('../signaling/subscription.js').Frame} frame @returns {ChatLog} */
export const reduceChat = (log, frame) => reactions[frame.type]?.(log, frame) ?? log

/**
 * Where a message of this id stands, or would. New ones come last, so that is looked at first.
 * @param {readonly { id: number }[]} messages @param {number} id
 */
export function placeOf(messages, id) {
  if (messages.length === 0 || messages[messages.length - 1].id < id) return messages.length
  let [low, high] = [0, messages.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (messages[middle].id < id) low = middle + 1
    else high = middle
  }
  return low
}
