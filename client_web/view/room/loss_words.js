import { connectionProblemInWords } from './connection_words.js'
import { deviceNoticeInWords, microphoneProblemInWords } from '../sound/device_words.js'
import { failureInWords } from '../recording/words.js'
import { counted } from '../elements/words.js'
import { roleInWords } from '../people/person_words.js'

/**
 * A loss in words: what is lost, and what happens next. Pure: state in, text out.
 *
 * @import { Loss, Press } from '../../room/losses.js'
 * @typedef {{ title: string, next: string, press: string|null }} LossWords
 */

/** "as a speaker" @type {Record<string, string>} */
const AS = { HOST: 'as the host', MODERATOR: 'as a moderator', SPEAKER: 'on the stage', AUDIENCE: 'as a listener' }

/** @type {Record<string, string>} */
const CONNECTION = {
  'network': 'You are not connected.',
  'relay stopping': 'Roomtone restarts, and you are not connected for a moment.',
  'too slow': 'Your connection was too slow, and was closed.',
}

/** @type {Record<string, string>} */
const UNSENT = {
  hand_up: 'Your hand is not up yet.',
  hand_down: 'Your hand is not down yet.',
  mute: 'Your microphone is off. Others may still see it as on.',
  unmute: 'Others may still see your microphone as off.',
}

/** @type {Record<Press, string>} */
const PRESS = {
  ...{ retry: 'Connect now', dismiss: 'OK', unmute: 'Turn microphone on', raise_hand: 'Raise hand', step_up: 'Join the stage', again: 'Come back' },
  ...{ retry_microphone: 'Try again', record: 'Record again', listen_to_recording: 'Listen to it' },
  ...{ topologies: 'Choose another way', retry_connection: 'Try again' },
}

/** "10 seconds", "10 minutes" @param {number} seconds */
const timeInWords = (seconds) => (seconds < 100 ? counted(Math.round(seconds), 'second') : counted(Math.round(seconds / 60), 'minute'))

/** @param {Loss} loss @returns {LossWords} */
export function lossInWords(loss) {
  return { ...sentences(loss), press: loss.press && PRESS[loss.press] }
}

/** @param {Loss} loss @returns {{ title: string, next: string }} */
function sentences(loss) {
  switch (loss.kind) {
    case 'connection': return { title: CONNECTION[loss.cause], next: nextInWords(loss.next, loss.times) }
    case 'seat': return seatInWords(loss)
    case 'role': return { title: `You are back ${AS[loss.role] ?? ''}.`, next: roleChangeInWords(loss) }
    case 'hand': return { title: 'Your hand is down.', next: 'You were away for too long.' }
    case 'microphone': return loss.cause === 'muted_by_other'
      ? { title: 'You were muted.', next: 'A moderator turned your microphone off.' }
      : { title: microphoneProblemInWords(loss.cause), next: '' }
    case 'device': return { title: deviceNoticeInWords(loss.notice), next: '' }
    case 'node':
    case 'person': return { title: connectionProblemInWords(loss.problem), next: '' }
    case 'recording': return { title: loss.id === null ? 'The recording was cancelled.' : 'The recording has ended.', next: failureInWords(loss) }
    case 'unsent': return { title: UNSENT[loss.cause], next: 'This is sent when you are connected again.' }
  }
}

/** @param {'seat_kept'|'seat_given_up'} next @param {{ seat: number, role: number }} times */
function nextInWords(next, { seat, role }) {
  return next === 'seat_kept'
    ? `Your seat is kept for ${timeInWords(seat)}, your role for ${timeInWords(role)}.`
    : `Your seat was given up after ${timeInWords(seat)}. You get it back in the same role, within ${timeInWords(role)}.`
}

/** @param {Extract<Loss, { kind: 'seat' }>} loss */
function seatInWords(loss) {
  switch (loss.cause) {
    case 'expired': return { title: 'You were away for too long, and lost your seat.', next: 'You take it again now.' }
    case 'returned': return { title: 'You were away for too long, and lost your seat.', next: `You are back ${AS[loss.role] ?? ''}, and your microphone is off.` }
    case 'ended': return { title: '', next: loss.unsent ? `${counted(loss.unsent, 'message')} of yours did not go out.` : '' }
  }
}

/** Why I came back in another role. @param {Extract<Loss, { kind: 'role' }>} loss */
function roleChangeInWords({ cause, role_before, host, minutes }) {
  const before = roleInWords(role_before).toLowerCase()
  switch (cause) {
    case 'handed_over': return `The room was handed over while you were away. ${host ? `${host} is the host now.` : ''}`.trim()
    case 'time': return `You were away for too long: your role (${before}) was kept for ${counted(minutes, 'minute')}.`
    case 'moderator': return `Your role (${before}) was changed by the host or a moderator while you were away.`
  }
}
