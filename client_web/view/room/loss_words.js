import { connectionProblemInWords } from './connection_words.js'
import { deviceNoticeInWords, microphoneProblemInWords } from '../sound/device_words.js'
import { encryptionProblemInWords } from '../encryption/words.js'
import { failureInWords } from '../recording/words.js'
import { midSentence } from '../elements/words.js'
import { roleInWords } from '../people/person_words.js'
import { inWords } from '../../words/language.js'

/**
 * A loss in words: what is lost, and what happens next. Pure: state in, text out.
 *
 * @import { Loss, Press } from '../../room/losses.js'
 * @typedef {{ title: string, next: string, press: string|null }} LossWords
 */

/** @type {Record<string, string>} */
const BACK = { HOST: inWords('You are back as the host'), MODERATOR: inWords('You are back as a moderator'), SPEAKER: inWords('You are back on the stage'), AUDIENCE: inWords('You are back as a listener') }

/** @type {Record<string, string>} */
const CONNECTION = {
  'network': inWords('You are not connected.'),
  'relay stopping': inWords('Roomtone restarts, and you are not connected for a moment.'),
  'too slow': inWords('Your connection was too slow, and was closed.'),
}

/** @type {Record<string, string>} */
const UNSENT = {
  hand_up: inWords('Your hand is not up yet.'),
  hand_down: inWords('Your hand is not down yet.'),
  mute: inWords('Your microphone is off. Others may still see it as on.'),
  unmute: inWords('Others may still see your microphone as off.'),
}

/** @type {Record<Press, string>} */
const PRESS = {
  ...{ retry: inWords('Connect now'), dismiss: inWords('OK'), unmute: inWords('Turn microphone on'), raise_hand: inWords('Raise hand'), step_up: inWords('Join the stage'), again: inWords('Come back') },
  ...{ retry_microphone: inWords('Try again'), record: inWords('Record again'), listen_to_recording: inWords('Listen to it') },
  ...{ topologies: inWords('Choose another way'), retry_connection: inWords('Try again') },
}

/** "10 seconds", "10 minutes" @param {number} seconds */
const timeInWords = (seconds) => (seconds < 100 ? inWords('{count, plural, one {# second} other {# seconds}}', { count: Math.round(seconds) }) : inWords('{count, plural, one {# minute} other {# minutes}}', { count: Math.round(seconds / 60) }))

/** @param {Loss} loss @returns {LossWords} */
export function lossInWords(loss) {
  return { ...sentences(loss), press: loss.press && PRESS[loss.press] }
}

/** @param {Loss} loss @returns {{ title: string, next: string }} */
function sentences(loss) {
  switch (loss.kind) {
    case 'connection': return { title: CONNECTION[loss.cause], next: nextInWords(loss.next, loss.times) }
    case 'seat': return seatInWords(loss)
    case 'role': return { title: `${BACK[loss.role]}.`, next: roleChangeInWords(loss) }
    case 'hand': return { title: inWords('Your hand is down.'), next: inWords('You were away for too long.') }
    case 'microphone': return loss.cause === 'muted_by_other'
      ? { title: inWords('You were muted.'), next: inWords('A moderator turned your microphone off.') }
      : { title: microphoneProblemInWords(loss.cause), next: '' }
    case 'device': return { title: deviceNoticeInWords(loss.notice), next: '' }
    case 'node':
    case 'person': return { title: connectionProblemInWords(loss.problem), next: '' }
    case 'encryption': return { title: encryptionProblemInWords(loss.encryption), next: '' }
    case 'recording': return { title: loss.id === null ? inWords('The recording was cancelled.') : inWords('The recording has ended.'), next: failureInWords(loss) }
    case 'unsent': return { title: UNSENT[loss.cause], next: inWords('This is sent when you are connected again.') }
  }
}

/** @param {'seat_kept'|'seat_given_up'} next @param {{ seat: number, role: number }} times */
function nextInWords(next, { seat, role }) {
  return next === 'seat_kept'
    ? inWords('Your seat is kept for {seat}, your role for {role}.', { seat: timeInWords(seat), role: timeInWords(role) })
    : inWords('Your seat was given up after {seat}. You get it back in the same role, within {role}.', { seat: timeInWords(seat), role: timeInWords(role) })
}

/** @param {Extract<Loss, { kind: 'seat' }>} loss */
function seatInWords(loss) {
  switch (loss.cause) {
    case 'expired': return { title: inWords('You were away for too long, and lost your seat.'), next: inWords('You take it again now.') }
    case 'returned': return { title: inWords('You were away for too long, and lost your seat.'), next: inWords('{back}, and your microphone is off.', { back: BACK[loss.role] }) }
    case 'ended': return { title: '', next: loss.unsent ? inWords('{count, plural, one {# message} other {# messages}} of yours did not go out.', { count: loss.unsent }) : '' }
  }
}

/** Why I came back in another role. @param {Extract<Loss, { kind: 'role' }>} loss */
function roleChangeInWords({ cause, role_before, host, minutes }) {
  const before = midSentence(roleInWords(role_before))
  switch (cause) {
    case 'handed_over': return host ? inWords('The room was handed over while you were away. {host} is the host now.', { host }) : inWords('The room was handed over while you were away.')
    case 'time': return inWords('You were away for too long: your role ({before}) was kept for {minutes, plural, one {# minute} other {# minutes}}.', { before, minutes })
    case 'moderator': return inWords('Your role ({before}) was changed by the host or a moderator while you were away.', { before })
  }
}
