import { counted, together } from '../elements/words.js'
import { qualityProblemInWords } from '../stage/quality_words.js'
import { markInWords, placeInWords } from '../stage/stage_words.js'

/**
 * People in words. Pure: state in, text out.
 *
 * @import { Person } from '../../room/people.js'
 */

/**
 * The state of a person's seat, for its symbol, style and text.
 * @typedef {'failed'|'reconnecting'|'connecting'|'muted'|'speaking'|'quiet'} PersonState
 * @param {Pick<Person, 'connection'|'on_stage'|'muted'|'speaking'>} person @returns {PersonState}
 */
export function personStateOf({ connection, on_stage, muted, speaking }) {
  if (connection === 'failed' || connection === 'reconnecting' || connection === 'connecting') return connection
  if (!on_stage) return 'quiet'
  return muted ? 'muted' : speaking ? 'speaking' : 'quiet'
}

/** @type {Record<PersonState, string>} */
const PERSON_STATES = {
  ...{ failed: 'No connection', reconnecting: 'Reconnecting…', connecting: 'Connecting…', muted: 'Muted', speaking: 'Speaking', quiet: '' },
}

/** The state of a person's seat in one or two words; often empty. @param {Parameters<typeof personStateOf>[0]} person */
export const personInWords = (person) => PERSON_STATES[personStateOf(person)]

/** @type {Record<string, string>} */
const ROLES = { HOST: 'Host', MODERATOR: 'Moderator', SPEAKER: 'On stage', AUDIENCE: 'Listening' }
export const roleInWords = (/** @type {string} */ role) => ROLES[role] ?? role

/** A seat's label for screen readers. @param {Person} person */
export function seatInWords(person) {
  const parts = [person.me ? `${person.username} (you)` : person.username]
  if (person.kind !== 'person') parts.push(person.kind)
  if (person.role !== 'SPEAKER') parts.push(roleInWords(person.role).toLowerCase())
  const state = personInWords(person)
  if (state) parts.push(state.replace('…', '').toLowerCase())
  const open = markInWords(person)
  if (open) parts.push(person.hand !== null && !person.invited ? `hand up, ${placeInWords(person.hand)}` : person.invited ? 'invited to speak' : open.toLowerCase())
  const trouble = qualityProblemInWords(person.quality)
  if (trouble) parts.push(trouble.toLowerCase())
  if (person.silenced) parts.push('muted for you')
  return parts.join(', ')
}

/** "amara, beth and 3 others": who is there, short enough for a lock screen. @param {readonly Person[]} people  whose names are known @param {number} [here]  how many are there @param {number} [most] */
export function whoInWords(people, here = people.length, most = 3) {
  const names = people.filter((one) => !one.me).map((one) => one.username)
  const others = here - people.length + names.length
  if (others <= 0) return 'Nobody else is here'
  if (!names.length) return counted(others, 'other')
  if (others <= most) return together(names)
  const named = names.slice(0, most - 1)
  return `${named.join(', ')} and ${counted(others - named.length, 'other')}`
}
