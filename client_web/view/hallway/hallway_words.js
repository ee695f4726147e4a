import { problemInWords } from '../elements/problem_words.js'
import { capital, together } from '../elements/words.js'
import { inWords } from '../../words/language.js'

/** The texts of the hallway. Pure. @import { RoomSearch } from '../../room/more_rooms.js' */

/** "12 here · 3 on stage" @param {{ here: number, on_stage: number }} row */
export function countsInWords({ here, on_stage }) {
  if (here === 0) return inWords('Nobody here yet')
  return inWords('{here} here · {on_stage} on stage', { here, on_stage })
}

/** "1,204 more rooms" @param {number} more @param {boolean} pages  whether they can be shown, or only be found */
export const moreInWords = (more, pages) => (pages
  ? inWords('{more, plural, one {# more room} other {# more rooms}}', { more })
  : inWords('{more, plural, one {# more room} other {# more rooms}}. Search to find them.', { more }))

/** What a page of rooms has brought. @param {number} added @param {number} more  that are not shown @param {boolean} pages */
export const addedInWords = (added, more, pages) => `${inWords('{added, plural, one {# room} other {# rooms}} added.', { added })} ${more ? moreInWords(more, pages) : inWords('These are all rooms.')}`

/** What a search has found, for screen readers. @param {RoomSearch} search @param {number} count  of rooms */
export function foundInWords({ phase, clubs, people }, count) {
  if (phase === 'loading') return inWords('Searching…')
  if (phase === 'failed') return ''
  const parts = [count && inWords('{count, plural, one {# room} other {# rooms}}', { count }), clubs.length && inWords('{count, plural, one {# club} other {# clubs}}', { count: clubs.length }), people.length && inWords('{count, plural, one {# person} other {# people}}', { count: people.length })]
  return parts.some(Boolean) ? capital(inWords('{what} found', { what: together(parts.filter((part) => typeof part === 'string')) })) : inWords('Nothing found')
}

/** "Anna and Bo are here": the people in a room whom I follow. @param {readonly string[]} names @param {number} [most] */
export function knownInWords(names, most = 3) {
  if (!names.length) return ''
  const named = names.length > most ? names.slice(0, most - 1) : names
  const all = names.length > most ? [...named, inWords('{count, plural, one {# other person you follow} other {# other people you follow}}', { count: names.length - named.length })] : named
  return inWords('{count, plural, one {{names} is} other {{names} are}} here', { count: names.length, names: together(all) })
}

/** That a search failed. @param {RoomSearch} search */
export const failureInWords = ({ problem }) => inWords('Only the rooms shown before were searched. {why}', { why: problemInWords(problem) })
