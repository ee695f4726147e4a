import { element, say } from '../elements/element.js'
import { WAITING } from './words.js'

/**
 * Asks the browser or device for a passkey, one question at a time, and says that it waits. A question that we end ourselves, because
 * another one begins or its dialog is closed, is no failure.
 * @param {{ changed?: (waits: boolean) => void }} [callbacks]
 */
export function createAsking({ changed = () => {} } = {}) {
  /** @type {AbortController|null} */ let asking = null
  const waiting = element('p', { class: 'quiet', role: 'status' })

  /** @param {AbortController|null} next */
  function become(next) {
    asking?.abort()
    asking = next
    say(waiting, next ? WAITING : '')
    changed(next !== null)
  }

  return {
    element: waiting,
    get waits() {
      return asking !== null
    },
    /** @param {(signal: AbortSignal) => Promise<void>} action @returns {Promise<boolean>} whether it was answered; rejects with the Problem that refused it */
    async ask(action) {
      const own = new AbortController()
      become(own)
      try {
        await action(own.signal)
        return true
      } catch (problem) {
        if (own.signal.aborted) return false
        throw problem
      } finally {
        if (asking === own) become(null)
      }
    },
    stop: () => asking && become(null),
  }
}
