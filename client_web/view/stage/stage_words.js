import { inWords } from '../../words/language.js'

/**
 * The texts on the stage. Pure: state in, text out.
 *
 * @import { Person } from '../../room/people.js'
 * @import { RoomSessionState } from '../../room/room_session_state.js'
 * @import { KeyHints } from '../elements/keyboard.js'
 */

/** "second in line"; from the eleventh on a number. */
export const placeInWords = (/** @type {number} */ place) => 
  inWords('{place, plural, =1 {first} =2 {second} =3 {third} =4 {fourth} =5 {fifth} =6 {sixth} =7 {seventh} =8 {eighth} =9 {ninth} =10 {tenth} one {number #} other {number #}} in line', { place })

/** "and 470 more hands" @param {number} more @param {RoomSessionState['queueRead']} read */
export const moreHandsInWords = (more, read) => (read === 'failed'
  ? inWords('and {more, plural, one {# more hand} other {# more hands}}. They could not be loaded.', { more })
  : inWords('and {more, plural, one {# more hand} other {# more hands}}', { more }))

/**
 * The open question of a person, for the symbol on their seat.
 * @param {Pick<Person, 'invited'|'hand'|'asked_to_unmute'>} person @returns {'invited'|'hand'|'asked_to_unmute'|null}
 */
export function openQuestionOf({ invited, hand, asked_to_unmute }) {
  if (invited) return 'invited'
  if (hand !== null) return 'hand'
  return asked_to_unmute ? 'asked_to_unmute' : null
}

const QUESTIONS = { invited: inWords('Invited'), hand: inWords('Hand up'), asked_to_unmute: inWords('Asked to unmute') }

/** The same in one or two words. @param {Parameters<typeof openQuestionOf>[0]} person */
export function markInWords(person) {
  const question = openQuestionOf(person)
  return question ? QUESTIONS[question] : ''
}

/** A change of my seat by another person. @param {Pick<RoomSessionState, 'seatChange'|'me'>} roomSession @param {KeyHints} keys */
function seatChangeInWords({ seatChange, me }, keys) {
  const on = { letters: inWords('Press M to turn it on.'), space: inWords('Hold Space to talk.'), none: inWords('Tap it to talk.') }[keys]
  switch (seatChange) {
    case 'brought_up': return { headline: inWords("You're on the stage"), advice: `${inWords('Your microphone is off.')} ${on}` }
    case 'moved_down': return { headline: inWords("You're listening again"), advice: inWords('A moderator moved you to the listeners.') }
    case 'muted': return { headline: inWords('You were muted'), advice: `${inWords('A moderator turned your microphone off.')} ${on}` }
    case 'moderator': return { headline: inWords("You're a moderator now"), advice: inWords('Choose a person to see what you can do.') }
    case 'host': return { headline: inWords("You're the host now"), advice: inWords('The settings of the room are beside its name.') }
    case 'speaker': return { headline: inWords("You're on the stage"), advice: me?.muted ? `${inWords('You are no longer a moderator.')} ${on}` : inWords('You are no longer a moderator.') }
    default: return null
  }
}

/** The state of a listener in a moderated room. @param {{ me: Person, queue: readonly Person[], hands: number }} roomSession @param {KeyHints} keys */
function waitingInWords({ me, queue, hands }, keys) {
  if (me.invited) return { headline: inWords("You're listening"), advice: inWords('You can answer at any time.') }
  if (me.hand !== null) {
    const others = hands - 1
    const alone = others === 0 ? inWords('Nobody else is waiting.') : inWords('{others, plural, one {One other hand is} other {# other hands are}} up.', { others })
    const headline = hands > queue.length ? inWords('Your hand is up') : inWords('Your hand is up: {place}', { place: placeInWords(me.hand) }) // if everybody before me is known
    return { headline, advice: `${alone} ${inWords('A moderator brings you up.')}` }
  }
  return { headline: inWords("You're listening"), advice: keys === 'letters' ? inWords('Press H to raise your hand and ask to speak.') : inWords('Raise your hand to ask to speak.') }
}

/** @type {Record<KeyHints, string>} */
const ADVICE_WHEN_MUTED = { letters: inWords('Press M to turn it on, or hold Space to talk.'), space: inWords('Hold Space to talk.'), none: inWords('Tap it to talk.') }

/** My state in the room. @param {RoomSessionState} roomSession @param {KeyHints} keys  which keys are mentioned */
export function meInWords(roomSession, keys) {
  const { me, may, microphone, phase } = roomSession
  if (phase === 'joining' || !me) return { headline: inWords('Entering the room…'), advice: '' }
  if (phase === 'reconnecting') return { headline: inWords('Reconnecting…'), advice: inWords('Roomtone connects again by itself.') }
  if (microphone.state === 'asking') return { headline: inWords('Asking for your microphone…'), advice: inWords('Allow the microphone in your browser to speak.') }
  const news = seatChangeInWords(roomSession, keys)
  if (!may.speak) {
    if (me.hand !== null || me.invited) return waitingInWords({ ...roomSession, me }, keys)
    if (news) return news
    if (may.step_up) return { headline: inWords("You're listening"), advice: inWords('Join the stage when you want to talk.') }
    return waitingInWords({ ...roomSession, me }, keys)
  }
  if (microphone.state === 'refused' || microphone.state === 'missing' || microphone.state === 'failed') {
    return { headline: inWords("You're listening"), advice: inWords('Your microphone is not available.') }
  }
  if (news && (me.muted || !['brought_up', 'muted'].includes(roomSession.seatChange ?? ''))) return news
  if (me.muted) return { headline: inWords('Your microphone is off'), advice: ADVICE_WHEN_MUTED[keys] }
  const route = !['lost', 'no_node'].includes(roomSession.route?.status ?? '')
  const advice = !route ? inWords('Some people may not hear you now.') : microphone.talking ? inWords('You are heard while you hold Space.') : inWords('Everyone here can hear you.')
  return { headline: me.speaking ? inWords("You're speaking") : inWords('Your microphone is on'), advice }
}

const MINUTE = 60_000

/** How long a hand is raised; empty in the first minute. @param {string|null} since @param {number} [now] */
export function waitedInWords(since, now = Date.now()) {
  const minutes = Math.floor((now - Date.parse(since ?? '')) / MINUTE)
  if (!(minutes >= 1)) return ''
  return minutes < 60 ? inWords('for {minutes} min', { minutes }) : inWords('for {hours} h', { hours: Math.floor(minutes / 60) })
}

/** "30 seconds", "2 minutes": the time between messages in slow mode. @param {number} seconds */
export function paceInWords(seconds) {
  if (seconds < 60) return inWords('{count, plural, one {# second} other {# seconds}}', { count: seconds })
  const minutes = Math.round(seconds / 60)
  return minutes < 60 ? inWords('{count, plural, one {# minute} other {# minutes}}', { count: minutes }) : inWords('1 hour')
}
