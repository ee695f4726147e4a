import { problemInWords } from '../view/elements/problem_words.js'

/**
 * Actions of the chat, reactions and the pinned link.
 * @param {ReturnType<typeof import('./context.js').createContext>} context
 */
export function chatActions(context) {
  const { shell, attempt, inRoom } = context
  const chat = () => shell.roomSession?.chat
  const here = () => /** @type {NonNullable<ReturnType<typeof chat>>} */ (chat())

  return {
    /** @param {string} text @returns {boolean} whether the words are on their way */
    sendMessage: (text) => context.seated() !== null && shell.roomSession?.state.phase !== 'joining' && here().send(text),
    sendAgain: (/** @type {number} */ key) => chat()?.sendAgain(key),
    /** @param {number} key @returns {string} the words that were not sent */
    discardMessage: (key) => chat()?.discard(key) ?? '',
    removeMessage: (/** @type {number} */ id) => chat()?.remove(id),
    earlierMessages: () => chat()?.earlier(),
    markRead: () => chat()?.markRead(),
    keepDraft(/** @type {string} */ text) {
      if (chat()) here().draft = text
    },

    /** @param {string} emoji @returns {Promise<string|null>} why it was refused, in words */
    async react(emoji) {
      try {
        await shell.roomSession?.reactions.react(emoji)
        return null
      } catch (problem) {
        return problemInWords(problem)
      }
    },

    /** @param {string|null} url  null removes it */
    pinLink: (url) => here().pin(url),
    unpinLink: () => attempt(() => here().pin(null)),

    openChat: () => inRoom() && context.view.openChat(),
    openPeople: () => inRoom() && context.view.openPeople(),
    togglePanel: () => inRoom() && context.view.togglePanel(),
    toggleReactions: () => inRoom() && context.view.toggleReactions(),
  }
}
