import { createMemory, storageOfTab } from '../media/memory.js'

/** @import { Json } from '../signaling/json.js' */

/** Instead of a session: it had two keys, so none are right after a reload, too. */
export const NONE = ''

/**
 * What this tab knows of encrypted rooms, also after a reload: which rooms were encrypted, and which public keys each session in them had first.
 * Nothing of it is secret. Only the tab keeps it: if a database is made anew, the same number may be another room.
 *
 * @typedef {ReturnType<typeof createEncryptionMemory>} EncryptionMemory
 * @param {Storage|null} [storage]
 */
export function createEncryptionMemory(storage = storageOfTab()) {
  const ROOMS = 50 // that were used last
  const SESSIONS = 200 // four rooms of the largest size
  const memory = createMemory('roomtone.encryption', storage)
  const kept = memory.recall()
  const rooms = new Set(listOf(kept.rooms).filter(Number.isSafeInteger))
  /** @type {Map<string, string>} */ const sessions = new Map(listOf(kept.sessions).filter(isPair))

  const keep = () => memory.keep({ rooms: [...rooms], sessions: [...sessions] })

  return {
    /** @param {number} room_id */
    wasEncrypted: (room_id) => rooms.has(room_id),
    /** It was started, entered or shown as encrypted. @param {number} room_id */
    noteEncrypted(room_id) {
      rooms.delete(room_id)
      rooms.add(room_id)
      for (const oldest of [...rooms].slice(0, -ROOMS)) rooms.delete(oldest)
      keep()
    },
    /** The session with its keys, as text, as it was noted last. @param {string} peer_id */
    session: (peer_id) => sessions.get(peer_id),
    /**
     * The oldest are forgotten, but none that had two keys, and none that is in the room: otherwise a crowd of others would make room for false keys.
     * @param {string} peer_id @param {string} session @param {ReadonlySet<string>} here  the sessions in the room
     */
    noteSession(peer_id, session, here) {
      sessions.set(peer_id, session)
      const gone = [...sessions].filter(([id, its]) => its !== NONE && !here.has(id))
      for (const [oldest] of gone.slice(0, -SESSIONS)) sessions.delete(oldest)
      keep()
    },
  }
}

/** @param {Json} list @returns {Json[]} */
const listOf = (list) => (Array.isArray(list) ? list : [])

/** @param {Json} pair @returns {pair is [string, string]} */
const isPair = (pair) => Array.isArray(pair) && pair.length === 2 && pair.every((each) => typeof each === 'string')
