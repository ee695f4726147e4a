import { markInWords, placeInWords } from '../stage/stage_words.js'
import { qualityProblemInWords } from '../stage/quality_words.js'

/**
 * The page's texts. Pure: state in, text out.
 *
 * @import { Person } from '../../room/people.js'
 * @typedef {{ status?: number, rule?: string|null, code?: string, message?: string, hint?: string|null }} Refused  a Problem, as far as words need it
 * @typedef {{ title: string, advice: string, again: string|null, word?: string|null }} Ending
 */

const list = new Intl.ListFormat('en', { type: 'conjunction' })
const number = new Intl.NumberFormat('en')

export const together = (/** @type {Iterable<string>} */ names) => list.format(names)

/** "amara, beth and 3 others": who is there, short enough for a lock screen. @param {readonly Person[]} people @param {number} [most] */
export function whoInWords(people, most = 3) {
  const names = people.filter((one) => !one.me).map((one) => one.username)
  if (!names.length) return 'Nobody else is here'
  return names.length > most ? `${names.slice(0, most - 1).join(', ')} and ${counted(names.length - most + 1, 'other')}` : together(names)
}

/** @param {number} count @param {string} one @param {string} [many] */
export const counted = (count, one, many = `${one}s`) => `${number.format(count)} ${count === 1 ? one : many}`

/** "12 here · 3 on stage" @param {{ here: number, on_stage: number }} row */
export function countsInWords({ here, on_stage }) {
  if (here === 0) return 'Nobody here yet'
  return `${number.format(here)} here · ${number.format(on_stage)} on stage`
}

/** "4 ms", "0.4 ms", "1.2 s"; empty if unknown. @param {number|null|undefined} ms */
export function duration(ms) {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return ''
  const shown = Math.max(0, ms)
  if (shown < 0.1) return '< 0.1 ms'
  if (shown < 1) return `${shown.toFixed(1)} ms`
  if (shown < 1000) return `${Math.round(shown)} ms`
  if (shown < 60_000) return `${(shown / 1000).toFixed(1)} s`
  return `${Math.round(shown / 60_000)} min`
}

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

/**
 * How a room session ended, and what to do next. `again`: the text of the button to come back; null without one.
 * @param {{ reason: string|null, problem: Refused|null, room?: import('../../room/state.js').Room|null, invited?: boolean }} roomSession
 * @returns {Ending}
 */
export function endingInWords({ reason, problem, room, invited }) {
  if (isBanned({ reason, problem })) return banInWords(invited)
  switch (reason) {
    case 'room ended': return { title: 'This room has ended', word: room?.ended_reason ?? null, advice: 'Thank you for being here. See the other rooms in the hallway.', again: null }
    case 'removed': return invited
      ? { title: 'You can come back', advice: 'You were removed from this room, and are invited again.', again: 'Come back' }
      : { title: 'You were removed from this room', advice: 'A host or moderator removed you.', again: 'Try to come back' }
    case 'taken over': return { title: 'You are here in another tab', advice: 'Your seat moved to that tab, and this tab left the room.', again: 'Use this tab instead' }
    case 'signed out': return { title: 'You signed out', advice: 'Sign in again to come back.', again: 'Come back' }
    case 'token expired': return { title: 'Your sign-in has expired', advice: 'Sign in again to come back.', again: 'Come back' }
    case 'timeout': return { title: 'You were disconnected for too long', advice: 'You lost your seat while you were away.', again: 'Come back' }
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
  ? { title: 'You can come back', advice: 'You were banned from this room, and are invited again.', again: 'Come back' }
  : { title: 'You are banned from this room', advice: 'You can enter again when the host or a moderator lifts the ban.', again: null })

/** @param {Refused|null} problem @returns {Ending} */
function refusalInWords(problem) {
  if (problem?.status === 404) return { title: 'There is no such room', advice: 'The address may be old or wrong.', again: null }
  if (problem?.rule === 'participants_room_is_open') {
    return { title: 'This room is not open', advice: 'It has ended. See the other rooms in the hallway.', again: null }
  }
  const advice = [problem?.message ?? '', problem?.hint ?? ''].filter(Boolean).map(sentence).join(' ')
  return { title: 'You could not enter this room', advice: advice || 'Something went wrong.', again: 'Try again' }
}

export const capital = (/** @type {string} */ text) => text.charAt(0).toLocaleUpperCase() + text.slice(1)

/** Makes a sentence of a database message, which has no capital and no full stop. @param {string} text */
export function sentence(text) {
  const trimmed = text.trim()
  const started = capital(trimmed)
  return /[.!?…]$/u.test(started) ? started : `${started}.`
}

/**
 * A refusal in one or two sentences. For some rules the page has a text of its own, because the database's message is for psql.
 * @param {unknown} problem  a Problem, or another error
 */
export function problemInWords(problem) {
  const { rule, code, message, hint } = /** @type {Refused} */ (problem ?? {})
  const own = OWN_WORDS[rule ?? code ?? '']
  if (own) return own
  return [message ?? 'Something went wrong', hint ?? ''].filter(Boolean).map(sentence).join(' ')
}

/** @type {Record<string, string>} by rule or code */
const OWN_WORDS = {
  unreachable: 'You are not connected, so this did not go out. Try again when you are connected.',
  participants_only_for_participants: 'You are not in this room any more. Enter it again, then try again.',
  rooms_topology_has_a_node: 'No audio server for this is running. Choose another way, or try again later.',
}

/**
 * Several seat events as one announcement.
 * @param {{kind: string, username: string, role?: string, me?: boolean}[]} seatEvents
 */
export function seatEventsInWords(seatEvents) {
  const named = (/** @type {string[]} */ kinds) => [...new Set(seatEvents.filter((one) => kinds.includes(one.kind)).map((one) => one.username))]
  /** @param {string[]} names @param {string} verb */
  const phrase = (names, verb) => {
    if (names.length === 0) return ''
    return names.length > 3 ? `${names.length} people ${verb}.` : `${together(names)} ${verb}.`
  }
  return [
    phrase(named(['joined']), 'came in'),
    phrase(named(['left', 'timeout']), 'left'),
    phrase(named(['hand']), seatEvents.filter((one) => one.kind === 'hand').length === 1 ? 'raised a hand' : 'raised their hands'),
    phrase(named(['removed']), seatEvents.filter((one) => one.kind === 'removed').length === 1 ? 'was removed' : 'were removed'),
  ].filter(Boolean).join(' ')
}
