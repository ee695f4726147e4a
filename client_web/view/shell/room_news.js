import { endingInWords } from '../room/ending_words.js'
import { recordingNews } from '../recording/words.js'
import { captionsNews } from '../captions/words.js'
import { broadcastNews } from '../room/broadcast_words.js'
import { hostNewsInWords } from '../room/host_words.js'

/**
 * @import { RoomSession } from '../../room/room_session.js'
 * @import { RoomSessionState } from '../../room/room_session_state.js'
 */

/**
 * Announces what happens in the room I am in: its recording, its host, who else hears it, captions, who enters and leaves, and how my session ends. Each once.
 *
 * @param {object} options
 * @param {ReturnType<typeof import('./announcer.js').createAnnouncer>} options.announcer
 * @param {ReturnType<typeof import('./notices.js').createNotices>} options.notices
 */
export function createRoomNews({ announcer, notices }) {
  /** @type {RoomSession|null} */ let announced = null // the room session whose news were announced last
  /** @type {RoomSessionState['recording']|null} */ let recording = null
  /** @type {RoomSessionState['hostNews']} */ let hostNews = null
  let wasBroadcast = false
  let hadCaptions = false
  let wasOver = false

  /** @param {RoomSessionState} state */
  function announceRecording(state) {
    if (state.recording === recording) return
    const words = recordingNews(recording, state.recording)
    recording = state.recording
    if (words) announcer.say(words)
  }

  /** @param {RoomSessionState} state */
  function announceHost(state) {
    if (!state.hostNews || state.hostNews === hostNews) return
    hostNews = state.hostNews
    const words = hostNewsInWords(hostNews, state.me?.user_id)
    if (words) notices.show(words, { key: 'host' })
  }

  /** Speakers must know who hears them, also when they come later. @param {RoomSessionState} state */
  function announceBroadcast(state) {
    const isBroadcast = Boolean(state.room?.broadcast)
    if (!state.room || isBroadcast === wasBroadcast) return
    wasBroadcast = isBroadcast
    notices.show(broadcastNews(isBroadcast), { key: 'broadcast' })
  }

  /** Everybody must know that what is said may be written, also who comes later. @param {RoomSessionState} state */
  function announceCaptions(state) {
    const { on } = state.captions
    if (!state.room || on === hadCaptions) return
    hadCaptions = on
    notices.show(captionsNews(on), { key: 'captions' })
  }

  return {
    /** @param {RoomSession|null} roomSession @param {RoomSessionState|null} state  its state */
    update(roomSession, state) {
      const isOver = state?.phase === 'left'
      if (roomSession !== announced) {
        announced = roomSession
        recording = hostNews = null
        wasOver = wasBroadcast = hadCaptions = false
        announcer.forget()
      }
      if (!state || isOver) for (const key of ['host', 'broadcast', 'captions']) notices.hide(key)
      if (state && isOver && !wasOver) {
        announcer.silence()
        if (state.reason !== 'left') announcer.say(endingInWords(state).title)
      }
      wasOver = isOver
      if (!state || isOver) return
      announceRecording(state)
      announceHost(state)
      announceBroadcast(state)
      announceCaptions(state)
      announcer.announceEvents(state.seatEvents, state)
    },
  }
}
