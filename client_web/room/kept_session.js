import { storageName } from '../addresses.js'

/**
 * What this tab had in a room when its page was left: by a reload, by Back, or by a link to another page. The next page of the tab returns
 * to it. It is written only while the page is left, so that a duplicated tab does not take it over.
 *
 * @typedef {import('./absence.js').Before & { user_id: number, room_id: number, name: string }} KeptSession
 * @param {Storage} [storage]
 */
export function createKeptSession(storage = window.sessionStorage) {
  const KEY = storageName('roomtone.session')
  /** @type {KeptSession|null} */ let kept = null

  try {
    kept = JSON.parse(storage.getItem(KEY) ?? 'null')
    storage.removeItem(KEY)
  } catch {
    // no storage, or unknown content: nothing to return to
  }

  return {
    /** Returns what this user had, and forgets it; null if there is nothing. @param {number} user_id @param {number} [room_id]  only if it was in this room */
    take(user_id, room_id) {
      const found = kept?.user_id === user_id && (room_id === undefined || kept.room_id === room_id) ? kept : null
      if (found) kept = null
      return found
    },
    /** @param {KeptSession} session */
    keep(session) {
      try {
        storage.setItem(KEY, JSON.stringify(session))
      } catch {
        // full or not allowed: the page's address still leads to the room
      }
    },
    /** The page was not closed, and is shown again: nothing is kept. */
    forget() {
      try {
        storage.removeItem(KEY)
      } catch {
        // nothing was kept
      }
    },
  }
}
