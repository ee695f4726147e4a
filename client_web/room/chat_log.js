/**
 * The messages of a room: a pure reducer over frames of its log and over fetched pages of older messages. Messages are in the order of
 * their ids, even if they arrive twice or in another order. A deleted message never comes back.
 *
 * @typedef {{ id: number, room_id: number, user_id: number, username: string, body: string, created_at: string, client_id?: string|null }} Message
 * @typedef {object} ChatLog
 * @property {readonly Message[]} messages  oldest first
 * @property {boolean} more                 whether the room may have earlier messages
 * @property {ReadonlySet<number>} deleted     ids of deleted messages
 */

/** @type {ChatLog} */
export const EMPTY_LOG = Object.freeze({ messages: [], more: false, deleted: new Set() })

export const PAGE = 50 // messages in a snapshot, and in each page of history
const KEPT = 3000 // messages; older ones are dropped, and can be fetched again
const DELETED_KEPT = 500

/** Adds messages in order; known and deleted ones change nothing. @param {ChatLog} log @param {Message[]} news @returns {ChatLog} */
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

/** Adds a page of older messages, in any order. @param {ChatLog} log @param {Message[]} page @param {boolean} more  whether there may be more before it */
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
const handlers = {
  snapshot(log, { data }) {
    if (!data.messages) return log // a stream that was resumed: the messages are known
    // Messages that are not in the snapshot may have been deleted while nothing was received.
    return { ...withMessages(EMPTY_LOG, data.messages), more: data.messages.length >= PAGE }
  },
  messages: (log, { data }) => (data.type === 'DELETE' ? without(log, data.old_record.id) : withMessages(log, [data.record])),
}

/** @param {ChatLog} log @param {import('../signaling/subscription.js').Frame} frame @returns {ChatLog} */
export const reduceChat = (log, frame) => handlers[frame.type]?.(log, frame) ?? log

/**
 * The index of the message with this id, or where it would be inserted. Most are inserted at the end, so that is tried first.
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
