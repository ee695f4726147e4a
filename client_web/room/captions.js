import { ruleOf } from '../signaling/problem.js'
import { createSpeech } from '../media/speech.js'
import { createCaptionWriter } from './caption_writer.js'
import { NO_CAPTIONS, reduceCaptions } from './caption_log.js'

/** Refusals by what just changed, such as my last words after I was muted: the page says so already. */
const SAID = new Set(['captions_are_on', 'captions_speaker_agrees', 'captions_speaker_is_here', 'captions_speaker_is_heard', 'captions_stay_final'])

/**
 * Captions in one room session: what the speakers say, by its log; and what I say, if the host and I agree and my microphone is on:
 * recognised by my browser, and written as rows.
 *
 * @typedef {object} CaptionsState
 * @property {boolean} on           the host has switched captions on
 * @property {ReadonlyMap<number, readonly import('./caption_log.js').Caption[]>} lines  by speaker
 * @property {readonly import('./caption_log.js').Caption[]} completed  the newest that are complete, in the order in which they became so
 * @property {readonly number[]} deleted  ids of deleted captions, newest last
 * @property {'self'|'operator'|null} agreed  whom I let write what I say
 * @property {import('../media/speech.js').SpeechState} speech  of my browser
 * @property {import('../media/speech.js').SpeechProblem|null} problem
 * @property {Error|null} refusal  why the room did not take my last words, such as a limit
 *
 * @param {object} options
 * @param {Pick<import('./room_api.js').RoomApi, 'changeSeat'|'insert'|'remove'|'rows'|'user'>} options.api
 * @param {import('./seat.js').MySeat} options.seat
 * @param {() => MediaStreamTrack|null} options.heard  what the room hears of me; null: nothing, or my microphone is off
 * @param {() => boolean} options.barred  in an encrypted room, whatever the database says
 * @param {() => void} options.onChange
 */
export function createCaptions({ api, seat, heard, barred, onChange }) {
  let log = NO_CAPTIONS
  /** @type {Error|null} */ let refusal = null
  const writer = createCaptionWriter({ api, onRefusal })
  const speech = createSpeech({ onWords: (words, final) => writer.say(words, final), onChange })
  const isOn = () => Boolean(seat.room.state.room?.captions) && !barred()
  let agreedHere = false // in this page: a seat that says so without me lets nobody listen

  /** @param {Error|null} problem */
  function onRefusal(problem) {
    if (problem === refusal || SAID.has(ruleOf(problem) ?? '')) return
    refusal = problem
    onChange()
  }

  const agreed = () => (isOn() ? seat.row?.captioned_by ?? null : null)

  return {
    /** @returns {CaptionsState} */
    get state() {
      return Object.freeze({ on: isOn(), lines: log.lines, completed: log.completed, deleted: log.deleted, agreed: agreed(), speech: speech.state, problem: speech.problem, refusal })
    },
    /** A frame of the room's log that was not seen before. @param {import('../signaling/subscription.js').Frame} frame */
    receive(frame) {
      log = reduceCaptions(log, frame)
    },
    /** My seat, my microphone, the room or the connection may have changed. */
    observe() {
      speech.want(agreedHere && agreed() === 'self' ? heard() : null)
    },
    /** I let captions of what I say be written, or no longer. @param {'self'|'operator'|null} captioned_by */
    agree(captioned_by) {
      agreedHere = captioned_by === 'self'
      return api.changeSeat({ captioned_by })
    },
    /** After a failure: listens again, if I am heard. */
    retry() {
      speech.retry()
      this.observe()
    },
    /** Takes back what I said last. */
    async takeBack() {
      const last = log.lines.get(api.user.id)?.at(-1)
      if (last) await api.remove('captions', { id: `eq.${last.id}` })
    },
    /** Deletes what somebody said; the database says whether I may. @param {number} id */
    delete: (id) => api.rows.rpc('delete_caption', { caption_id: id }),
    close() {
      speech.close()
      writer.forget()
      refusal = null
    },
  }
}
