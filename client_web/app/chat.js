import { problemInWords } from '../view/elements/words.js'

/**
 * What people do in the chat, with reactions and with the pinned link.
 * @param {ReturnType<typeof import('./context.js').createContext>} context
 */
export function chatActs(context) {
  const { shell, attempt, inRoom } = context
  const chat = () => shell.visit?.chat

  return {
    /** @returns {boolean} whether the words are on their way */
    sendMessage: (text) => shell.visit?.state.phase === 'in' && chat().send(text),
    sendAgain: (key) => chat()?.sendAgain(key),
    /** @returns {string} the words that were not sent */
    discardMessage: (key) => chat()?.discard(key) ?? '',
    removeMessage: (id) => chat()?.remove(id),
    earlierMessages: () => chat()?.earlier(),
    markRead: () => chat()?.markRead(),
    keepDraft(text) {
      if (chat()) chat().draft = text
    },

    /** @returns {Promise<string|null>} why it was refused, in words */
    async react(emoji) {
      try {
        await shell.visit?.reactions.react(emoji)
        return null
      } catch (problem) {
        return problemInWords(problem)
      }
    },

    /** @param {string|null} url  null takes it down */
    pinLink: (url) => chat().pin(url),
    unpinLink: () => attempt(() => chat().pin(null)),

    openChat: () => inRoom() && context.view.openChat(),
    togglePanel: () => inRoom() && context.view.togglePanel(),
    toggleReactions: () => inRoom() && context.view.toggleReactions(),
  }
}
