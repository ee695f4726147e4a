import { problemInWords } from '../elements/problem_words.js'
import { capital, counted, number, together } from '../elements/words.js'

/** The texts of the hallway. Pure. @import { RoomSearch } from '../../room/more_rooms.js' */

/** "12 here · 3 on stage" @param {{ here: number, on_stage: number }} row */
export function countsInWords({ here, on_stage }) {
  if (here === 0) return 'Nobody here yet'
  return `${number.format(here)} here · ${number.format(on_stage)} on stage`
}

/** "1,204 more rooms" @param {number} more @param {boolean} pages  whether they can be shown, or only be found */
export const moreInWords = (more, pages) => `${counted(more, 'more room', 'more rooms')}${pages ? '' : '. Search to find them.'}`

/** What a page of rooms has brought. @param {number} added @param {number} more  that are not shown @param {boolean} pages */
export const addedInWords = (added, more, pages) => `${counted(added, 'room', 'rooms')} added. ${more ? moreInWords(more, pages) : 'These are all rooms.'}`

/** What a search has found, for screen readers. @param {RoomSearch} search @param {number} count  of rooms */
export function foundInWords({ phase, clubs, people }, count) {
  if (phase === 'loading') return 'Searching…'
  if (phase === 'failed') return ''
  const parts = [count && counted(count, 'room'), clubs.length && counted(clubs.length, 'club'), people.length && counted(people.length, 'person', 'people')]
  return parts.some(Boolean) ? `${capital(together(parts.filter((part) => typeof part === 'string')))} found` : 'Nothing found'
}

/** "Anna and Bo are here": the people in a room whom I follow. @param {readonly string[]} names @param {number} [most] */
export function knownInWords(names, most = 3) {
  if (!names.length) return ''
  const named = names.length > most ? names.slice(0, most - 1) : names
  const all = names.length > most ? [...named, counted(names.length - named.length, 'other person you follow', 'other people you follow')] : named
  return `${together(all)} ${names.length === 1 ? 'is' : 'are'} here`
}

/** That a search failed. @param {RoomSearch} search */
export const failureInWords = ({ problem }) => `Only the rooms shown before were searched. ${problemInWords(problem)}`
