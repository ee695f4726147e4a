import { element } from '../elements/element.js'
import { seatEventsInWords } from './seat_event_words.js'
import { inWords } from '../../words/language.js'

const ANNOUNCED = ['joined', 'left', 'timeout', 'removed']
const GATHERED_FOR = 1500 // ms: people who enter together are announced together
const APART = 1000 // ms between two announcements, or screen readers stop in the middle of the first
const WAITING = 3 // older ones are dropped

/**
 * @import { SeatEvent } from '../../room/state.js'
 * @import { RoomSessionState } from '../../room/room_session_state.js'
 */

/**
 * Announces who enters and leaves to screen readers, not too often: forty people who enter at once are one sentence.
 */
export function createAnnouncer() {
  const root = element('div', { class: 'visually-hidden', role: 'log', 'aria-live': 'polite', 'aria-label': inWords('Who enters and leaves') })
  let last = 0
  /** @type {SeatEvent[]} */ let waiting = []
  /** @type {ReturnType<typeof setTimeout>|undefined} */ let timer
  /** @type {string[]} */ let sentences = []
  /** @type {ReturnType<typeof setTimeout>|undefined} */ let pause
  let newest = ''

  function speak() {
    timer = undefined
    const words = seatEventsInWords(waiting)
    waiting = []
    if (words) say(words)
  }

  function say(/** @type {string} */ words) {
    if (words === newest) return
    newest = words
    sentences = [...sentences, words].slice(-WAITING)
    if (!pause) next()
  }

  function next() {
    const [words, ...rest] = sentences
    sentences = rest
    pause = words === undefined ? undefined : setTimeout(next, APART)
    if (words !== undefined) root.replaceChildren(element('p', { text: words }))
  }

  function silence() {
    waiting = []
    newest = ''
    sentences = []
    root.replaceChildren()
  }

  return {
    element: root,
    /** Announces a text soon; a repeated text only once. */
    say,
    /**
     * @param {readonly SeatEvent[]} seatEvents  newest last; those announced before are skipped
     * @param {Pick<RoomSessionState, 'may'|'me'>} roomSession  raised hands are announced to moderators
     */
    announceEvents(seatEvents, { may, me }) {
      const news = seatEvents.filter((one) => one.id > last)
      if (news.length === 0) return
      last = news[news.length - 1].id
      const kinds = may.moderate ? [...ANNOUNCED, 'hand'] : ANNOUNCED
      waiting.push(...news.filter((one) => kinds.includes(one.kind) && !(one.kind === 'hand' && one.user_id === me?.user_id)))
      if (waiting.length && !timer) timer = setTimeout(speak, GATHERED_FOR)
    },
    /** Another room: its seat events are numbered from one again. */
    forget() {
      last = 0
      silence()
    },
    /** The room was left: what was announced there is taken away, and what waits is dropped. */
    silence,
  }
}
