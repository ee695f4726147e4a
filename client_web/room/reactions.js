import { unreachable } from '../signaling/problem.js'
import { instant, now } from './clock.js'
import { shownFor } from './shown_for.js'

/** The possible reactions; the constraint `reactions_emoji_is_known` has the same list. */
export const PALETTE = Object.freeze(['👏', '❤️', '😂', '🔥', '👍', '🎉', '😮', '🙏'])

const FRESH = 10 // s; older reactions, received after a lost connection, are not shown

/**
 * Reactions are shown for a moment, so they are passed to subscribers and not kept. My own are shown at once, and their events in the log
 * are skipped.
 *
 * @typedef {{ user_id: number, username: string, emoji: string }} Reaction
 *
 * @param {object} options
 * @param {Pick<import('./room_api.js').RoomApi, 'user'|'insert'>} options.api
 * @param {() => boolean} options.connected  a reaction belongs to its moment: without a connection it is refused, not kept
 * @param {() => number} options.skew  how far the server's clock is ahead, in ms
 */
export function createReactions({ api, connected, skew }) {
  const { user } = api
  /** @type {Set<(reaction: Reaction) => void>} */ const listeners = new Set()
  /** @type {string[]} */ const echoes = [] // my emoji whose events have not arrived yet

  const notify = (/** @type {Reaction} */ reaction) => listeners.forEach((listener) => listener(Object.freeze(reaction)))

  return {
    /** @param {(reaction: Reaction) => void} listener */
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },

    /** A frame of the room's log that was not seen before. @param {import('../signaling/subscription.js').Frame} frame */
    receive({ type, data }) {
      if (type === 'snapshot') echoes.length = 0
      if (type !== 'reactions' || !data.record) return
      const { user_id, username, emoji } = data.record
      const echo = user_id === user.id ? echoes.indexOf(emoji) : -1
      if (echo >= 0) echoes.splice(echo, 1)
      else if (now() - (instant(data.commit_timestamp) - skew()) < shownFor(FRESH)) notify({ user_id, username, emoji })
    },

    /** @param {string} emoji @returns {Promise<void>} rejects with the Problem that refused it */
    async react(emoji) {
      if (!connected()) throw unreachable()
      echoes.push(emoji)
      notify({ user_id: user.id, username: user.username, emoji })
      try {
        await api.insert('reactions', { emoji }, { representation: false, quiet: true })
      } catch (problem) {
        const echo = echoes.indexOf(emoji)
        if (echo >= 0) echoes.splice(echo, 1)
        throw problem
      }
    },
  }
}
