import { createRecordingLinks } from './links.js'
import { inWords } from '../../words/language.js'

/** @import { Recording } from '../../room/recordings.js' */

/** @import { ShownRoomSession } from '../../room/room_session_state.js' */

/**
 * The earlier recordings of this room that I may listen to. They are loaded when I enter, and when a recording ends.
 * @param {{ recordingsOf: (roomId: number) => Promise<Recording[]> }} actions
 */
export function createRoomRecordings({ recordingsOf }) {
  const links = createRecordingLinks(inWords('Recorded here'), ({ host }) => inWords('By {host}', { host }))
  let asked = ''

  /** @param {number} roomId @param {string} key */
  async function ask(roomId, key) {
    try {
      const found = await recordingsOf(roomId)
      if (asked === key) links.update(found.filter(({ status }) => status !== 'recording'))
    } catch {
      if (asked === key) links.update([]) // not important enough for an error
    }
  }

  return {
    element: links.element,
    /** @param {ShownRoomSession} roomSession */
    update({ room_id, phase, recording }) {
      const inside = phase === 'in' || phase === 'reconnecting'
      const { running = null, last = null } = recording ?? {}
      const key = inside || phase === 'left' ? [room_id, phase === 'left', running?.id ?? '', last?.id ?? '', last?.duration ?? ''].join() : ''
      if (key === asked) return
      asked = key
      if (key) ask(room_id, key)
      else links.update([])
    },
  }
}
