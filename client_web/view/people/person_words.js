import { inOrder, midSentence, together } from '../elements/words.js'
import { undecryptedInWords } from '../encryption/words.js'
import { qualityProblemInWords } from '../stage/quality_words.js'
import { markInWords, placeInWords } from '../stage/stage_words.js'
import { inWords } from '../../words/language.js'

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
  ...{ failed: inWords('No connection'), reconnecting: inWords('Reconnecting…'), connecting: inWords('Connecting…'), muted: inWords('Muted'), speaking: inWords('Speaking'), quiet: '' },
}

/** The state of a person's seat in one or two words; often empty. @param {Parameters<typeof personStateOf>[0]} person */
export const personInWords = (person) => PERSON_STATES[personStateOf(person)]

/** @type {Record<string, string>} */
const ROLES = { HOST: inWords('Host'), MODERATOR: inWords('Moderator'), SPEAKER: inWords('On stage'), AUDIENCE: inWords('Listening') }
export const roleInWords = (/** @type {string} */ role) => ROLES[role] ?? role

/** What a user who is no person is. @param {string} kind */
export const kindInWords = (kind) => ({ bot: inWords('bot'), node: inWords('node') })[kind] ?? kind

/** A seat's label for screen readers. @param {Person} person */
export function seatInWords(person) {
  const parts = [person.me ? inWords('{name} (you)', { name: person.username }) : person.username]
  if (person.kind !== 'person') parts.push(kindInWords(person.kind))
  if (person.role !== 'SPEAKER') parts.push(midSentence(roleInWords(person.role)))
  const state = personInWords(person)
  if (state) parts.push(midSentence(state.replace('…', '')))
  const open = markInWords(person)
  if (open) parts.push(person.hand !== null && !person.invited ? inWords('hand up, {place}', { place: placeInWords(person.hand) }) : person.invited ? inWords('invited to speak') : midSentence(open))
  const undecrypted = undecryptedInWords(person)
  if (undecrypted) parts.push(midSentence(undecrypted))
  const trouble = qualityProblemInWords(person.quality)
  if (trouble) parts.push(midSentence(trouble))
  if (person.silenced) parts.push(inWords('muted for you'))
  return parts.join(', ')
}

/** "amara, beth and 3 others": who is there, short enough for a lock screen. @param {readonly Person[]} people  whose names are known @param {number} [here]  how many are there @param {number} [most] */
export function whoInWords(people, here = people.length, most = 3) {
  const names = people.filter((one) => !one.me).map((one) => one.username)
  const others = here - people.length + names.length
  if (others <= 0) return inWords('Nobody else is here')
  if (!names.length) return inWords('{count, plural, one {# other} other {# others}}', { count: others })
  if (others <= most) return together(names)
  const named = names.slice(0, most - 1)
  return inWords('{names} and {count, plural, one {# other} other {# others}}', { names: inOrder(named), count: others - named.length })
}
