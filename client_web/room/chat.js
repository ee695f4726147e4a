import { instant, now } from './clock.js'
import { storageName } from '../addresses.js'
import { EMPTY_LOG, PAGE, placeOf, reduceChat, withHistory, withMessages, without } from './chat_log.js'
import { backoff } from '../signaling/backoff.js'
import { isUnanswered, problemFrom, ruleOf } from '../signaling/problem.js'
import { createOutgoingMessages } from './outgoing_messages.js'

/** @import { Json } from '../signaling/json.js' */

const PACE = 5000 // ms to wait after `messages_are_rate_limited`: five messages in five seconds
const FRESH = 600_000 // ms; older messages that did not go out are not sent by themselves when the page is loaded again

/** The control characters that `messages_body_is_text` refuses; pasted text may contain them. */
// eslint-disable-next-line no-control-regex
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000b-\u001f\u007f]/gu

/**
 * The chat of one room session: the messages of the log, and my messages that are not sent yet. `send` may be called at any time. If I
 * have to wait, it returns false, and `wait` says until when.
 *
 * @typedef {object} ChatState
 * @property {readonly import('./chat_log.js').Message[]} messages  oldest first
 * @property {'none'|'more'|'loading'|'failed'} earlier             what is before them
 * @property {readonly import('./outgoing_messages.js').OutgoingMessage[]} outgoing
 * @property {ReadonlySet<number>} deleting                          ids being deleted
 * @property {{ id: number|null, problem: Error }|null} refusal     of a deletion
 * @property {{ until: number, slow: boolean }|null} wait           when I may write again (as `performance.now()`), and whether slow mode is the reason
 * @property {number} read                                          the newest message I have seen
 *
 * @param {object} options
 * @param {import('./room_api.js').RoomApi} options.api
 * @param {() => number} options.slowMode  seconds between two messages of mine; 0 for none
 * @param {() => number} options.skew      how far the server's clock is ahead, in ms
 * @param {() => void} options.onChange
 * @param {Storage} [options.storage]      keeps unsent text when the page is loaded again
 */
export function createChat({ api, slowMode, skew, onChange, storage = window.sessionStorage }) {
  const { user } = api
  const KEY = storageName(`roomtone.chat.${user.id}.${api.room_id}`)
  let log = EMPTY_LOG
  /** @type {'idle'|'loading'|'failed'} */ let page = 'idle' // the page of older messages
  let snapshots = 0 // older messages that were requested before a snapshot do not belong to the log after it
  let draft = ''
  /** @type {ReadonlySet<number>} */ let deleting = new Set()
  /** @type {ChatState['refusal']} */ let refusal = null
  let pacedUntil = 0 // before this time no message is sent
  let written = -Infinity // when I sent my latest message
  /** @type {number|null} */ let read = null // nothing is unread before the first snapshot
  /** @type {ChatState|null} */ let state = null

  function changed() {
    state = null
    onChange()
  }

  const outgoing = createOutgoingMessages({ now, post, pause, onChange: onOutgoing })
  restore()

  function restore() {
    try {
      const kept = JSON.parse(storage.getItem(KEY) ?? '{}')
      draft = String(kept.draft ?? '')
      for (const { client_id, body, at, state } of kept.unsent ?? []) {
        outgoing.restore(String(client_id), String(body), state === 'waiting' && now() - Number(at) < FRESH ? 'waiting' : 'unsent', Number(at))
      }
    } catch {
      // unknown content, or no storage: nothing to restore
    }
  }

  function keep() {
    const unsent = outgoing.list.map(({ client_id, body, at, state }) => ({ client_id, body, at, state: state === 'unsent' ? state : 'waiting' }))
    try {
      if (draft || unsent.length) storage.setItem(KEY, JSON.stringify({ draft, unsent }))
      else storage.removeItem(KEY)
    } catch {
      // full or not allowed: the page still has the text
    }
  }

  /** @param {string} client_id @param {string} body */
  async function post(client_id, body) {
    try {
      // Quiet: a refusal is shown beside the message it concerns.
      const stored = /** @type {Json} */ ((await api.insert('messages', { client_id, body }, { quiet: true }))?.[0])
      log = withMessages(log, [{ ...stored, username: user.username }])
    } catch (problem) {
      // An earlier attempt was stored although no answer arrived: it is in the log, or will be.
      if (ruleOf(problem) !== 'messages_client_id_is_new') throw problem
    }
    noteWritten(now())
  }

  /** How long a message waits after a failure. @type {Parameters<typeof createOutgoingMessages>[0]['pause']} */
  function pause(problem, waited, attempt) {
    // My seat expired while I was away: it is taken again, or the room session ends and nothing is sent any more.
    if (isUnanswered(problem) || ruleOf(problem) === 'participants_only_for_participants') return backoff(attempt)
    // Several that were written without a connection go out together: no faster than the room allows.
    if (waited && ruleOf(problem) === 'messages_are_rate_limited') return PACE
    if (waited && ruleOf(problem) === 'messages_slow_mode') return slowMode() * 1000
    return null
  }

  /** @param {readonly import('./outgoing_messages.js').OutgoingMessage[]} list @param {Error|null} problem */
  function onOutgoing(list, problem) {
    if (ruleOf(problem) === 'messages_are_rate_limited') pacedUntil = now() + PACE
    keep()
    changed()
  }

  /** @param {number} at */
  const noteWritten = (at) => (written = Math.max(written, at))

  function waitNow() {
    const slow = written + slowMode() * 1000
    const until = Math.max(pacedUntil, slow)
    return until > now() ? Object.freeze({ until: until - performance.timeOrigin, slow: slow >= pacedUntil }) : null
  }

  /** @returns {ChatState['earlier']} */
  function earlierState() {
    if (page !== 'idle') return page
    return log.more ? 'more' : 'none'
  }

  /**
   * Rows of `messages` have no names of users; events of the log and snapshots do.
   * @param {Json[]} messages
   * @returns {Promise<import('./chat_log.js').Message[]>}
   */
  async function named(messages) {
    const names = new Map(log.messages.map(({ user_id, username }) => [user_id, username]))
    const unknown = messages.map(({ user_id }) => user_id).filter((id) => !names.has(id))
    for (const [id, username] of await api.usernames(unknown)) names.set(id, username)
    return messages.map((message) => ({ ...message, username: names.get(message.user_id) ?? 'unknown user' }))
  }

  /** @param {{ user_id: number }} message */
  const isMine = (message) => message.user_id === user.id

  const chat = {
    /** @returns {ChatState} */
    get state() {
      const wait = waitNow()
      // The state changes when a wait ends, although no event arrives.
      if (state && Boolean(state.wait) !== Boolean(wait)) state = null
      state ??= Object.freeze({
        ...{ messages: log.messages, earlier: earlierState(), outgoing: outgoing.list, deleting, refusal, wait },
        read: read ?? log.messages.at(-1)?.id ?? 0,
      })
      return state
    },

    /** A frame of the room's log that was not seen before. @param {import('../signaling/subscription.js').Frame} frame */
    receive(frame) {
      const before = log
      log = reduceChat(log, frame)
      if (frame.type === 'snapshot' && frame.data.messages) {
        snapshots += 1
        page = 'idle'
        read ??= log.messages.at(-1)?.id ?? 0
        for (const message of log.messages.filter(isMine)) {
          noteWritten(instant(message.created_at) - skew())
          outgoing.recognise(message.client_id ?? null)
        }
      } else if (frame.type === 'messages' && frame.data.record && isMine(frame.data.record)) {
        noteWritten(now())
        outgoing.recognise(frame.data.record.client_id)
      }
      if (log !== before) changed()
    },

    /** Slow mode or my role may have changed: computes the state again. */
    reconsider() {
      state = null
    },
    /** The connection is back. */
    resume: outgoing.resume,
    /** I am not in the room any more. */
    close: outgoing.close,

    /** @param {string} text @returns {boolean} whether it is on its way; if not, it should stay in the box */
    send(text) {
      const body = text.replace(/\r\n?/gu, '\n').replace(CONTROL_CHARACTERS, '').trim()
      if (!body || waitNow()) return false
      draft = ''
      outgoing.send(body)
      return true
    },
    /** @param {number} key */
    sendAgain(key) {
      if (!waitNow()) outgoing.again(key)
    },
    /** @param {number} key */
    discard: (key) => outgoing.discard(key),

    /** The text that is typed and not sent. */
    get draft() {
      return draft
    },
    set draft(text) {
      draft = text
      keep()
    },

    /** Pins a link for everybody, or removes it with null. @param {string|null} url */
    pin: (url) => api.call('pin_link', { url }),

    /** I have read all messages. */
    markRead() {
      const newest = log.messages.at(-1)?.id ?? 0
      if (read === null || newest <= read) return
      read = newest
      changed()
    },

    /** Deletes a message: my own, or anybody's if I moderate. @param {number} id */
    async remove(id) {
      deleting = new Set(deleting).add(id)
      refusal = null
      changed()
      try {
        const deleted = await api.remove('messages', { id: `eq.${id}` }, { representation: true })
        if (deleted?.length) log = without(log, id)
      } catch (error) {
        refusal = Object.freeze({ id, problem: problemFrom(error) })
      }
      deleting = new Set([...deleting].filter((each) => each !== id))
      changed()
    },

    /** Fetches the page before the oldest message. */
    async earlier() {
      if (page === 'loading') return
      const [oldest, snapshotsBefore] = [log.messages[0]?.id, snapshots]
      page = 'loading'
      changed()
      try {
        /** @type {Record<string, string>} */ const before = oldest === undefined ? {} : { id: `lt.${oldest}` }
        const select = 'id,room_id,user_id,body,created_at'
        const found = await api.select('messages', { ...before, select, order: 'id.desc', limit: PAGE })
        const messages = await named(found)
        if (snapshots !== snapshotsBefore) return
        log = withHistory(log, messages, found.length === PAGE)
        page = 'idle'
      } catch {
        if (snapshots !== snapshotsBefore) return
        page = 'failed'
      }
      changed()
    },
  }
  return chat
}

/** How many messages of others came after the last one I read. @param {ChatState} chat @param {number} me @param {ReadonlySet<number>} blocked */
export function unreadOf({ messages, read }, me, blocked) {
  let count = 0
  for (let at = placeOf(messages, read + 1); at < messages.length; at += 1) {
    if (messages[at].user_id !== me && !blocked.has(messages[at].user_id)) count += 1
  }
  return count
}
