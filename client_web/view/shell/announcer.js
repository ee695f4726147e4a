import { element } from '../elements/element.js'
import { seatEventsInWords } from '../elements/words.js'

const ANNOUNCED = ['joined', 'left', 'timeout', 'removed']
const GATHERED_FOR = 1500 // ms: people who arrive together are announced together
const APART = 1000 // ms: a sentence that replaces another at once is heard as half of both
const WAITING = 3 // more would be read out long after they mattered

/**
 * @import { SeatEvent } from '../../room/state.js'
 * @import { RoomSessionState } from '../../room/room_session_state.js'
 */

/**
 * Comings and goings, said politely and not too often: forty people walking in at once are one sentence.
 */
export function createAnnouncer() {
  const root = element('div', { class: 'visually-hidden', role: 'log', 'aria-live': 'polite', 'aria-label': 'Comings and goings' })
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

  return {
    element: root,
    /** Says one thing soon; the same thing twice in a row is said once. */
    say,
    /**
     * @param {readonly SeatEvent[]} seatEvents  newest last; those heard before are passed over
     * @param {Pick<RoomSessionState, 'may'|'me'>} roomSession  hands are news for those who moderate
     */
    announceEvents(seatEvents, { may, me }) {
      const news = seatEvents.filter((one) => one.id > last)
      if (news.length === 0) return
      last = news[news.length - 1].id
      const kinds = may.moderate ? [...ANNOUNCED, 'hand'] : ANNOUNCED
      waiting.push(...news.filter((one) => kinds.includes(one.kind) && !(one.kind === 'hand' && one.user_id === me?.user_id)))
      if (waiting.length && !timer) timer = setTimeout(speak, GATHERED_FOR)
    },
    /** Another room: its seatEvents count from one again, and what is not said yet is about the room behind us. */
    forget() {
      last = 0
      waiting = []
      newest = ''
    },
  }
}
