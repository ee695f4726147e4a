import { dayOf } from '../elements/when.js'

/** Access tokens in words. Pure. */

/** For how long a token is valid: days, and words. The longest is left out for users whose tokens must be short. @type {[days: string, text: string][]} */
const TERMS = [['7', 'A week'], ['30', '30 days'], ['90', '90 days'], ['366', 'A year']]

/** @param {number} most  for how many days a token may be valid */
export const termsUpTo = (most) => TERMS.filter(([days]) => Number(days) <= most)

/** When a token was made, and how long it is valid. @param {{ created_at: string, expires_at: string }} token @param {Date} [now] */
export function validityInWords({ created_at, expires_at }, now = new Date()) {
  const ended = new Date(expires_at) <= now
  return `Made on ${dayOf(created_at)}. ${ended ? 'Expired.' : `Valid until ${dayOf(expires_at)}.`}`
}

export const ABOUT = 'With a token a program is you: a bot, OBS, or a script. Give it only to programs that you trust, and revoke it when you no longer need it.'
export const MADE = 'Copy your token now. It is not shown again.'
