import { inWords } from '../../words/language.js'
import { loadingProblemInWords } from '../elements/problem_words.js'

/**
 * The end of a room session in words. Pure.
 *
 * @import { Refused } from '../elements/problem_words.js'
 * @typedef {{ title: string, advice: string, again: string|null, word?: string|null }} Ending
 */

/**
 * How a room session ended, and what to do next. `again`: the text of the button to come back; null without one.
 * @param {{ reason: string|null, problem: Refused|null, room?: import('../../room/state.js').Room|null, invited?: boolean }} roomSession
 * @returns {Ending}
 */
export function endingInWords({ reason, problem, room, invited }) {
  if (isBanned({ reason, problem })) return banInWords(invited)
  switch (reason) {
    case 'room ended': return { title: inWords('This room has ended'), word: room?.ended_reason ?? null, advice: inWords('Thank you for being here. See the other rooms in the hallway.'), again: null }
    case 'removed': return invited
      ? { title: inWords('You can come back'), advice: inWords('You were removed from this room, and are invited again.'), again: inWords('Come back') }
      : { title: inWords('You were removed from this room'), advice: inWords('A host or moderator removed you.'), again: inWords('Try to come back') }
    case 'taken over': return { title: inWords('You entered in another tab'), advice: inWords('Your seat moved to that tab, and this tab left the room.'), again: inWords('Use this tab instead') }
    case 'signed out': return { title: inWords('You were signed out'), advice: inWords('You signed out in another tab, or your account cannot be used any more. Sign in again to come back.'), again: inWords('Come back') }
    case 'token expired': return { title: inWords('Your sign-in has expired'), advice: inWords('Sign in again to come back.'), again: inWords('Come back') }
    case 'timeout': return { title: inWords('You were disconnected for too long'), advice: inWords('You lost your seat while you were away.'), again: inWords('Come back') }
    default: return refusalInWords(problem)
  }
}

/** @typedef {{ reason: string|null, problem: Refused|null }} Ended */

/** Banned while I was in the room, or before I entered it. @param {Ended} ended */
const isBanned = ({ reason, problem }) => reason === 'banned' || problem?.rule === 'participants_is_not_banned'

/** Whether the ending says that I am invited again. @param {Ended} ended */
export const tellsOfInvitation = (ended) => ended.reason === 'removed' || isBanned(ended)

/** Coming back would be refused, until the ban is lifted and I am invited. @param {boolean} [invited] @returns {Ending} */
const banInWords = (invited) => (invited
  ? { title: inWords('You can come back'), advice: inWords('You were banned from this room, and are invited again.'), again: inWords('Come back') }
  : { title: inWords('You are banned from this room'), advice: inWords('You can enter again when the host or a moderator lifts the ban.'), again: null })

/** @param {Refused|null} problem @returns {Ending} */
function refusalInWords(problem) {
  if (problem?.status === 404) return { title: inWords('There is no such room'), advice: inWords('The address may be old or wrong.'), again: null }
  if (problem?.rule === 'participants_room_is_open') {
    return { title: inWords('This room is not open'), advice: inWords('It has ended. See the other rooms in the hallway.'), again: null }
  }
  return { title: inWords('You could not enter this room'), advice: loadingProblemInWords(problem), again: inWords('Try again') }
}
