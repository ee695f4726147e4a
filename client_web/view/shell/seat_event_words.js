import { together } from '../elements/words.js'
import { inWords } from '../../words/language.js'

/**
 * Several seat events as one announcement.
 * @param {{kind: string, username: string, role?: string, me?: boolean}[]} seatEvents
 */
export function seatEventsInWords(seatEvents) {
  const named = (/** @type {string[]} */ kinds) => [...new Set(seatEvents.filter((one) => kinds.includes(one.kind)).map((one) => one.username))]
  /** @param {string[]} names */
  const whoInWords = (names) => (names.length > 3 ? inWords('{count, plural, one {# person} other {# people}}', { count: names.length }) : together(names))
  const [came, left, raised, removed] = [['joined'], ['left', 'timeout'], ['hand'], ['removed']].map(named)
  return [
    came.length ? inWords('{who} came in.', { who: whoInWords(came) }) : '',
    left.length ? inWords('{who} left.', { who: whoInWords(left) }) : '',
    raised.length ? inWords('{count, plural, one {{who} raised a hand.} other {{who} raised their hands.}}', { count: raised.length, who: whoInWords(raised) }) : '',
    removed.length ? inWords('{count, plural, one {{who} was removed.} other {{who} were removed.}}', { count: removed.length, who: whoInWords(removed) }) : '',
  ].filter(Boolean).join(' ')
}
