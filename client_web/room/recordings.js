import { addressOfRecordingLink } from '../addresses.js'

/** @import { Json } from '../signaling/json.js' */

/**
 * The recordings that I may listen to: those that I started, and those of rooms in which I was during the recording.
 *
 * @typedef {{ id: number, room_id: number, room: string|null, host: string, status: 'recording'|'ended'|'failed', started_at: string,
 *             ended_at: string|null, ended_reason: string|null, seconds: number|null, failure: string|null,
 *             continues_id: number|null, people: string[], mine: boolean }} Recording
 * @typedef {{ id: number, username: string, body: string, created_at: string, at: number }} ChatMessage  of the chat; `at` in seconds of the recording
 * @typedef {{ id: number, username: string, text: string, at: number, until: number }} RecordedCaption  `at` and `until` in seconds of the recording
 *
 * @param {{ rows: ReturnType<typeof import('../signaling/rows.js').createRows>, fetch: typeof window.fetch }} parts
 */
export function createRecordings({ rows, fetch }) {
  /** @param {import('../signaling/rows.js').Params} filters @returns {Promise<Json[]>} */
  const find = (filters) => rows.select('archive', { order: 'id.desc', limit: 50, ...filters })

  return {
    /** @returns {Promise<Recording[]>} all I may listen to, newest first */
    all: () => find({}),
    /** @param {number} userId @returns {Promise<Recording[]>} those that this user started */
    by: (userId) => find({ started_by: `eq.${userId}` }),
    /** @param {number} roomId @returns {Promise<Recording[]>} */
    of: (roomId) => find({ room_id: `eq.${roomId}` }),

    /** @param {number} id @returns {Promise<(Recording & { chat: ChatMessage[], captions: RecordedCaption[], next: number|null })|null>} */
    async one(id) {
      const [recording] = await find({ id: `eq.${id}` })
      if (!recording) return null
      const [chat, captions, [next]] = await Promise.all([rows.rpc('recording_chat', { recording_id: id }), rows.rpc('recording_captions', { recording_id: id }), find({ continues_id: `eq.${id}` })])
      return { ...recording, chat, captions, next: next?.id ?? null }
    },

    /** The address of the audio: a player sends no credentials, so the address contains them. @param {number} id @returns {Promise<string|null>} */
    async link(id) {
      try {
        const answer = await fetch(addressOfRecordingLink(id), { headers: { Accept: 'application/json' } })
        return answer.ok ? (await answer.json()).url : null
      } catch {
        return null // the player then shows that it cannot be played
      }
    },

    remove: (/** @type {number} */ id) => rows.rpc('delete_recording', { recording_id: id }),
  }
}
