import { counted, number } from '../elements/words.js'

/**
 * The texts on the stage. Pure: state in, text out.
 *
 * @import { Person } from '../../room/people.js'
 * @import { RoomSessionState } from '../../room/room_session_state.js'
 * @import { KeyHints } from '../elements/keyboard.js'
 */

const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth']

/** "second in line"; from the eleventh on a number. */
export const placeInWords = (/** @type {number} */ place) => (place <= ORDINALS.length ? `${ORDINALS[place - 1]} in line` : `number ${place} in line`)

/** "and 470 more hands" @param {number} more @param {RoomSessionState['queueRead']} read */
export const moreHandsInWords = (more, read) => `and ${counted(more, 'more hand')}${read === 'failed' ? '. They could not be loaded.' : ''}`

/**
 * The open question of a person, for the symbol on their seat.
 * @param {Pick<Person, 'invited'|'hand'|'asked_to_unmute'>} person @returns {'invited'|'hand'|'asked_to_unmute'|null}
 */
export function openQuestionOf({ invited, hand, asked_to_unmute }) {
  if (invited) return 'invited'
  if (hand !== null) return 'hand'
  return asked_to_unmute ? 'asked_to_unmute' : null
}

const QUESTIONS = { invited: 'Invited', hand: 'Hand up', asked_to_unmute: 'Asked to unmute' }

/** The same in one or two words. @param {Parameters<typeof openQuestionOf>[0]} person */
export function markInWords(person) {
  const question = openQuestionOf(person)
  return question ? QUESTIONS[question] : ''
}

/** A change of my seat by another person. @param {Pick<RoomSessionState, 'seatChange'|'me'>} roomSession @param {KeyHints} keys */
function seatChangeInWords({ seatChange, me }, keys) {
  const on = { letters: 'Press M to turn it on.', space: 'Hold Space to talk.', none: 'Tap it to talk.' }[keys]
  switch (seatChange) {
    case 'brought_up': return { headline: "You're on the stage", advice: `Your microphone is off. ${on}` }
    case 'moved_down': return { headline: "You're listening again", advice: 'A moderator moved you to the listeners.' }
    case 'muted': return { headline: 'You were muted', advice: `A moderator turned your microphone off. ${on}` }
    case 'moderator': return { headline: "You're a moderator now", advice: 'Choose a person to see what you can do.' }
    case 'host': return { headline: "You're the host now", advice: 'The settings of the room are beside its name.' }
    case 'speaker': return { headline: "You're on the stage", advice: me?.muted ? `You are no longer a moderator. ${on}` : 'You are no longer a moderator.' }
    default: return null
  }
}

/** The state of a listener in a moderated room. @param {{ me: Person, queue: readonly Person[], hands: number }} roomSession @param {KeyHints} keys */
function waitingInWords({ me, queue, hands }, keys) {
  if (me.invited) return { headline: "You're listening", advice: 'You can answer at any time.' }
  if (me.hand !== null) {
    const others = hands - 1
    const alone = others === 0 ? 'Nobody else is waiting.' : `${others === 1 ? 'One other hand is' : `${number.format(others)} other hands are`} up.`
    const place = hands > queue.length ? '' : `: ${placeInWords(me.hand)}` // not everybody before me is known
    return { headline: `Your hand is up${place}`, advice: `${alone} A moderator brings you up.` }
  }
  return { headline: "You're listening", advice: keys === 'letters' ? 'Press H to raise your hand and ask to speak.' : 'Raise your hand to ask to speak.' }
}

/** @type {Record<KeyHints, string>} */
const ADVICE_WHEN_MUTED = { letters: 'Press M to turn it on, or hold Space to talk.', space: 'Hold Space to talk.', none: 'Tap it to talk.' }

/** My state in the room. @param {RoomSessionState} roomSession @param {KeyHints} keys  which keys are mentioned */
export function meInWords(roomSession, keys) {
  const { me, may, microphone, phase } = roomSession
  if (phase === 'joining' || !me) return { headline: 'Entering the room…', advice: '' }
  if (phase === 'reconnecting') return { headline: 'Reconnecting…', advice: 'Roomtone connects again by itself.' }
  if (microphone.state === 'asking') return { headline: 'Asking for your microphone…', advice: 'Allow the microphone in your browser to speak.' }
  const news = seatChangeInWords(roomSession, keys)
  if (!may.speak) {
    if (me.hand !== null || me.invited) return waitingInWords({ ...roomSession, me }, keys)
    if (news) return news
    if (may.step_up) return { headline: "You're listening", advice: 'Join the stage when you want to talk.' }
    return waitingInWords({ ...roomSession, me }, keys)
  }
  if (microphone.state === 'refused' || microphone.state === 'missing' || microphone.state === 'failed') {
    return { headline: "You're listening", advice: 'Your microphone is not available.' }
  }
  if (news && (me.muted || !['brought_up', 'muted'].includes(roomSession.seatChange ?? ''))) return news
  if (me.muted) return { headline: 'Your microphone is off', advice: ADVICE_WHEN_MUTED[keys] }
  const route = !['lost', 'no_node'].includes(roomSession.route?.status ?? '')
  const advice = !route ? 'Some people may not hear you now.' : microphone.talking ? 'You are heard while you hold Space.' : 'Everyone here can hear you.'
  return { headline: me.speaking ? "You're speaking" : 'Your microphone is on', advice }
}

const MINUTE = 60_000

/** How long a hand is raised; empty in the first minute. @param {string|null} since @param {number} [now] */
export function waitedInWords(since, now = Date.now()) {
  const minutes = Math.floor((now - Date.parse(since ?? '')) / MINUTE)
  if (!(minutes >= 1)) return ''
  return minutes < 60 ? `for ${minutes} min` : `for ${Math.floor(minutes / 60)} h`
}

/** "30 seconds", "2 minutes": the time between messages in slow mode. @param {number} seconds */
export function paceInWords(seconds) {
  if (seconds < 60) return `${seconds} second${seconds === 1 ? '' : 's'}`
  const minutes = Math.round(seconds / 60)
  return minutes < 60 ? `${minutes} minute${minutes === 1 ? '' : 's'}` : '1 hour'
}
