import { dayOf } from '../elements/when.js'
import { inWords } from '../../words/language.js'

/** Access tokens in words. Pure. */

/** For how long a token is valid: days, and words. The longest is left out for users whose tokens must be short. @type {[days: string, text: string][]} */
const TERMS = [['7', inWords('A week')], ['30', inWords('30 days')], ['90', inWords('90 days')], ['366', inWords('A year')]]

/** @param {number} most  for how many days a token may be valid */
export const termsUpTo = (most) => TERMS.filter(([days]) => Number(days) <= most)

/** When a token was made, and how long it is valid. @param {{ created_at: string, expires_at: string }} token @param {Date} [now] */
export function validityInWords({ created_at, expires_at }, now = new Date()) {
  const ended = new Date(expires_at) <= now
  return ended ? inWords('Made on {day}. Expired.', { day: dayOf(created_at) }) : inWords('Made on {day}. Valid until {end}.', { day: dayOf(created_at), end: dayOf(expires_at) })
}

export const ABOUT = inWords('With a token a program is you: a bot, OBS, or a script. Give it only to programs that you trust, and revoke it when you no longer need it.')
export const MADE = inWords('Copy your token now. It is not shown again.')
