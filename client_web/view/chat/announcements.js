import { messagesInWords, reactionsInWords } from './words.js'

/**
 * @import { Message } from '../../room/chat_log.js'
 * @import { RoomSession } from '../../room/room_session.js'
 * @import { RoomSessionState } from '../../room/room_session_state.js'
 */

const MESSAGES_GATHERED = 2500 // ms
const REACTIONS_GATHERED = 8000 // ms

/**
 * Announces messages and reactions to screen reader users: several together, and not too often.
 * @param {(words: string) => void} say
 */
export function createChatNews(say) {
  /** @type {RoomSession|null} */ let whose = null
  /** @type {number|null} */ let last = null // the newest message that was heard of; null before the room was entered
  let open = false
  /** @type {RoomSessionState|null} */ let roomSession = null
  /** @type {ReadonlySet<number>} */ let blocked = new Set()
  const messages = gather(MESSAGES_GATHERED, (/** @type {Message[]} */ news) => say(messagesInWords(news, open)))
  const reactions = gather(REACTIONS_GATHERED, (/** @type {{ username: string, emoji: string }[]} */ news) => say(reactionsInWords(news)))

  return {
    /** @param {RoomSessionState} state @param {{ roomSession: RoomSession, blocks: ReadonlySet<number>, visible: boolean }} around */
    update(state, { roomSession: latest, blocks, visible }) {
      roomSession = state
      blocked = blocks
      open = visible
      const all = state.chat.messages
      const newest = all.at(-1)?.id ?? 0
      if (whose !== latest) {
        whose = latest
        messages.forget()
        reactions.forget()
        last = null
      }
      if (state.phase === 'left') {
        messages.forget()
        reactions.forget()
      }
      if (state.phase === 'joining' || (last !== null && newest <= last)) return
      // Messages from before I entered are not announced.
      if (last !== null) messages.add(all.filter(({ id, user_id }) => id > Number(last) && user_id !== state.me?.user_id && !blocks.has(user_id)))
      last = newest
    },
    /** @param {{ user_id: number, username: string, emoji: string }} reaction */
    announceReaction(reaction) {
      if (reaction.user_id !== roomSession?.me?.user_id && !blocked.has(reaction.user_id)) reactions.add([reaction])
    },
  }
}

/** @template T @param {number} pause @param {(news: T[]) => void} speak */
function gather(pause, speak) {
  /** @type {T[]} */ let waiting = []
  /** @type {ReturnType<typeof setTimeout>|undefined} */ let timer
  return {
    add(/** @type {T[]} */ news) {
      waiting.push(...news)
      if (waiting.length && !timer) timer = setTimeout(flush, pause)
    },
    forget() {
      waiting = []
    },
  }
  function flush() {
    timer = undefined
    if (waiting.length) speak(waiting)
    waiting = []
  }
}
