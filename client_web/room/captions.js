import { createSpeech } from '../media/speech.js'
import { createCaptionWriter } from './caption_writer.js'
import { NO_CAPTIONS, reduceCaptions } from './caption_log.js'

/**
 * Captions in one room session: what the speakers say, by its log; and what I say, if the host and I agree and my microphone is on:
 * recognised by my browser, and written as rows.
 *
 * @typedef {object} CaptionsState
 * @property {boolean} on           the host has switched captions on
 * @property {ReadonlyMap<number, readonly import('./caption_log.js').Caption[]>} lines  by speaker
 * @property {import('./caption_log.js').Caption|null} complete  the newest that is complete
 * @property {'self'|'operator'|null} agreed  whom I let write what I say
 * @property {import('../media/speech.js').SpeechState} speech  of my browser
 * @property {import('../media/speech.js').SpeechProblem|null} problem
 *
 * @param {object} options
 * @param {Pick<import('./room_api.js').RoomApi, 'changeSeat'|'insert'|'remove'|'rows'|'user'>} options.api
 * @param {import('./seat.js').MySeat} options.seat
 * @param {() => boolean} options.heard  whether I may be heard: my microphone is on
 * @param {() => boolean} options.barred  in an encrypted room, whatever the database says
 * @param {() => void} options.onChange
 */
export function createCaptions({ api, seat, heard, barred, onChange }) {
  let log = NO_CAPTIONS
  const writer = createCaptionWriter({ api, onRefusal: () => {} }) // the inspector shows it, and what it means is seen in the seats
  const speech = createSpeech({ onWords: (words, final) => writer.say(words, final), onChange })
  const isOn = () => Boolean(seat.room.state.room?.captions) && !barred()
  let agreedHere = false // in this page: a seat that says so without me lets nobody listen
  const agreed = () => (isOn() ? seat.row?.captioned_by ?? null : null)

  return {
    /** @returns {CaptionsState} */
    get state() {
      return Object.freeze({ on: isOn(), lines: log.lines, complete: log.complete, agreed: agreed(), speech: speech.state, problem: speech.problem })
    },
    /** A frame of the room's log that was not seen before. @param {import('../signaling/subscription.js').Frame} frame */
    receive(frame) {
      log = reduceCaptions(log, frame)
    },
    /** My seat, my microphone, the room or the connection may have changed. */
    observe() {
      speech.want(agreedHere && agreed() === 'self' && heard())
    },
    /** I let captions of what I say be written, or no longer. @param {'self'|'operator'|null} captioned_by */
    agree(captioned_by) {
      agreedHere = captioned_by === 'self'
      return api.changeSeat({ captioned_by })
    },
    /** After a failure. */
    retry: speech.retry.bind(speech),
    /** Takes back what I said last. */
    async takeBack() {
      const last = log.lines.get(api.user.id)?.at(-1)
      if (last) await api.remove('captions', { id: `eq.${last.id}` })
    },
    close() {
      speech.close()
      writer.forget()
    },
  }
}
