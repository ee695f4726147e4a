import { problemInWords } from '../elements/problem_words.js'
import { counted, number } from '../elements/words.js'

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

/** What a search has found, for screen readers. @param {RoomSearch} search @param {number} count */
export function foundInWords({ phase }, count) {
  if (phase === 'loading') return 'Searching…'
  if (phase === 'failed') return ''
  return count ? `${counted(count, 'room', 'rooms')} found` : 'Nothing found'
}

/** That a search failed. @param {RoomSearch} search */
export const failureInWords = ({ problem }) => `Only the rooms shown before were searched. ${problemInWords(problem)}`
