import { pastInWords } from '../elements/when.js'
import { inOrder, capital, sentence, together } from '../elements/words.js'
import { inWords } from '../../words/language.js'

/** @import { RoomSessionState } from '../../room/room_session_state.js' */

/** The texts on recordings. Pure: state in, text out. */

const two = (/** @type {number} */ number) => String(number).padStart(2, '0')

/** "0:07", "12:34", "1:02:03" @param {number} seconds */
export function clockInWords(seconds) {
  const whole = Math.max(0, Math.floor(seconds))
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`
}

/** "12 min", "45 s", "1 h 5 min": how long something is, roughly. @param {number|null} seconds */
export function lengthInWords(seconds) {
  if (seconds === null) return ''
  if (seconds < 60) return inWords('{seconds} s', { seconds: Math.round(seconds) })
  const [hours, minutes] = [Math.floor(Math.round(seconds / 60) / 60), Math.round(seconds / 60) % 60]
  if (!hours) return inWords('{minutes} min', { minutes })
  return minutes ? inWords('{hours} h {minutes} min', { hours, minutes }) : inWords('{hours} h', { hours })
}

/** @param {import('../../room/recordings.js').Recording} recording */
export const whenRecorded = ({ started_at, seconds, status }, now = new Date()) =>
  [capital(pastInWords(started_at, now)), status === 'recording' ? inWords('still running') : lengthInWords(seconds)].filter(Boolean).join(' · ')

/** "With anna, bo and rick" @param {string[]} people */
export function peopleInWords(people) {
  if (people.length === 0) return inWords('Nobody was there')
  if (people.length <= 12) return inWords('With {names}', { names: together(people) })
  return inWords('With {names} and {count, plural, one {# more} other {# more}}', { names: inOrder(people.slice(0, 12)), count: people.length - 12 })
}

/** Why it ended early or is not complete; empty for most. @param {{ failure: string|null, ended_reason: string|null }} recording */
export function failureInWords({ failure, ended_reason }) {
  if (failure) return sentence(failure)
  return ended_reason ? sentence(inWords('it ended because {why}', { why: ended_reason })) : ''
}

/** Who starts a recording, and when. @param {Pick<import('../../room/recording.js').Running, 'mine'|'username'>} running @param {string} time  until it begins */
export const startInWords = ({ mine, username }, time) =>
  mine ? inWords('You start a recording in {time}. Everybody can leave before it begins.', { time }) : inWords('{name} starts a recording in {time}. You can leave before it begins.', { name: username, time })

/** A change of the recording as an announcement. @param {RoomSessionState['recording']|null} before @param {RoomSessionState['recording']|null} after  a room session's `recording` */
export function recordingNews(before, after) {
  const [was, is] = [before?.running ?? null, after?.running ?? null]
  if (is && is.unknown) return was?.id === is.id ? '' : inWords('This room is being recorded by {username}. You can stay or leave.', { username: is.username })
  if (is && is.id !== was?.id) return was ? '' : is.phase === 'announced' ? startInWords(is, inWords('five seconds')) : inWords('This room is being recorded.')
  if (is && was?.phase === 'announced' && is.phase === 'recording') return inWords('The recording has begun.')
  if (was && !is && after) return was.phase === 'announced' ? inWords('The recording was cancelled.') : inWords('The recording has ended.')
  return ''
}
