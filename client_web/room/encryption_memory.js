import { createMemory, storageOfTab } from '../media/memory.js'

/**
 * What this tab knows of encrypted rooms, also after a reload: which rooms were encrypted, and which public keys each session in them had first.
 * Nothing of it is secret. Only the tab keeps it: if a database is made anew, the same number may be another room.
 *
 * @typedef {ReturnType<typeof createEncryptionMemory>} EncryptionMemory
 * @param {Storage|null} [storage]
 */
export function createEncryptionMemory(storage = storageOfTab()) {
  const ROOMS = 50 // the newest
  const SESSIONS = 200 // four rooms of the largest size
  const memory = createMemory('roomtone.encryption', storage)
  const kept = memory.recall()
  const rooms = new Set(Array.isArray(kept.rooms) ? kept.rooms : [])
  /** @type {Map<string, string>} */ const sessions = new Map(Array.isArray(kept.sessions) ? kept.sessions : [])

  /** The newest stand last. @template T @param {Set<T>|Map<T, any>} all @param {number} most */
  function cut(all, most) {
    for (const oldest of all.keys()) {
      if (all.size <= most) break
      all.delete(oldest)
    }
  }

  function keep() {
    cut(rooms, ROOMS)
    cut(sessions, SESSIONS)
    memory.keep({ rooms: [...rooms], sessions: [...sessions] })
  }

  return {
    /** @param {number} room_id */
    wasEncrypted: (room_id) => rooms.has(room_id),
    /** @param {number} room_id */
    noteEncrypted(room_id) {
      if (rooms.has(room_id)) return
      rooms.add(room_id)
      keep()
    },
    /** The session with its keys, as text, as it was noted last. @param {string} peer_id */
    session: (peer_id) => sessions.get(peer_id),
    /** @param {string} peer_id @param {string} session */
    noteSession(peer_id, session) {
      sessions.set(peer_id, session)
      keep()
    },
  }
}
