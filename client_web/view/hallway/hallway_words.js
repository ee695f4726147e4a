import { counted, number } from '../elements/words.js'

/** The texts of the hallway. Pure. */

/** "12 here · 3 on stage" @param {{ here: number, on_stage: number }} row */
export function countsInWords({ here, on_stage }) {
  if (here === 0) return 'Nobody here yet'
  return `${number.format(here)} here · ${number.format(on_stage)} on stage`
}

/** "1,204 more rooms" @param {number} more */
export const moreInWords = (more) => counted(more, 'more room', 'more rooms')
