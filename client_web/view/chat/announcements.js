import { messagesInWords, reactionsInWords } from './words.js'

const MESSAGES_GATHERED = 2500 // ms
const REACTIONS_GATHERED = 8000 // ms: applause is told once it is over

/**
 * The chat and the reactions for those who hear the page: together, and not too often.
 * @param {(words: string) => void} say
 */
export function createChatNews(say) {
  let whose = null
  let last = null // the newest message that was heard of; null before the room was entered
  let open = false
  let visit = null
  let blocked = new Set()
  const messages = gather(MESSAGES_GATHERED, (news) => say(messagesInWords(news, open)))
  const reactions = gather(REACTIONS_GATHERED, (news) => say(reactionsInWords(news)))

  return {
    /** @param {object} state the visit's @param {{ visit: object, blocks: Set<number>, visible: boolean }} around */
    update(state, { visit: latest, blocks, visible }) {
      visit = state
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
      if (state.phase === 'joining' || (last !== null && newest <= last)) return
      // What was there when I came in is history, not news.
      if (last !== null) messages.add(all.filter(({ id, user_id }) => id > last && user_id !== state.me?.user_id && !blocks.has(user_id)))
      last = newest
    },
    /** @param {{ user_id: number, username: string, emoji: string }} reaction */
    hear(reaction) {
      if (reaction.user_id !== visit?.me?.user_id && !blocked.has(reaction.user_id)) reactions.add([reaction])
    },
  }
}

function gather(pause, speak) {
  let waiting = []
  let timer = 0
  return {
    add(news) {
      waiting.push(...news)
      if (waiting.length && !timer) timer = setTimeout(flush, pause)
    },
    forget() {
      waiting = []
    },
  }
  function flush() {
    timer = 0
    if (waiting.length) speak(waiting)
    waiting = []
  }
}
