import { avatar, redrawAvatar } from '../elements/avatar.js'
import { element, mark, say } from '../elements/element.js'
import { markInWords, openQuestionOf } from './stage_words.js'
import { createCaptionLines } from '../captions/lines.js'
import { redraw, symbol } from '../elements/symbol.js'
import { undecryptedInWords } from '../encryption/words.js'
import { connectionSymbol, qualityProblemInWords } from './quality_words.js'
import { kindInWords, personInWords, personStateOf, roleInWords, seatInWords } from '../people/person_words.js'
import { inWords } from '../../words/language.js'
import { midSentence } from '../elements/words.js'

/** @import { Person } from '../../room/people.js' */

/** The symbol of each state; a quiet person has none. @type {Partial<Record<import('../people/person_words.js').PersonState, string>>} */
export const STATE_SYMBOLS = { muted: 'mic-off', speaking: 'wave', failed: 'warning', reconnecting: 'turning', connecting: 'turning' }
const FLAGS = { hand: 'hand', invited: 'invited', asked_to_unmute: 'mic' }

/**
 * One person in the room: a large face on the stage, a smaller one among the others.
 * @param {{ choose: (user_id: number, face: Element) => void }} actions  `choose` opens their card
 */
export function createSeat({ choose }) {
  /** @type {Person} */ let person
  const picture = avatar('')
  const ring = element('span', { class: 'seat__ring', 'aria-hidden': 'true' })
  const badge = symbol('mic-off')
  const corner = element('span', { class: 'seat__badge', 'aria-hidden': 'true' }, badge)
  const flagged = symbol('hand')
  const flag = element('span', { class: 'seat__flag', 'aria-hidden': 'true', hidden: true }, flagged)
  const connectionMark = symbol('connection-weak')
  const other = element('span', { class: 'seat__badge seat__badge--connection', 'aria-hidden': 'true', hidden: true }, connectionMark)
  const face = element('button', { class: 'seat__face', type: 'button', 'aria-haspopup': 'dialog', on: { click: () => choose(person.user_id, face) } }, ring, picture, corner, flag, other)
  const name = element('span', { class: 'seat__name', dir: 'auto', 'aria-hidden': 'true' })
  const words = element('span', { class: 'seat__words', 'aria-hidden': 'true' })
  const captions = createCaptionLines()
  const seat = element('li', { class: 'seat' }, face, name, words, captions.element)

  /** In the other corner: a voice that cannot be decrypted, a bad connection, or that I muted them for me. */
  function drawConnection(/** @type {Person} */ person) {
    const { silenced, quality } = person
    const undecrypted = undecryptedInWords(person) !== ''
    other.hidden = !undecrypted && !silenced && !qualityProblemInWords(quality)
    if (!other.hidden) redraw(connectionMark, undecrypted ? 'warning' : silenced || !quality ? 'sound-off' : connectionSymbol(quality))
  }

  return {
    element: seat,
    update(/** @type {Person} */ latest) {
      person = latest
      redrawAvatar(picture, person.username)
      say(name, person.username)
      mark(name, 'title', person.username)
      const state = personStateOf(person)
      const badgeName = STATE_SYMBOLS[state]
      mark(seat, 'data-state', state)
      seat.classList.toggle('seat--me', person.me)
      mark(face, 'aria-label', seatInWords(person))
      if (badgeName) redraw(badge, badgeName)
      corner.hidden = !badgeName
      const open = openQuestionOf(person)
      flag.hidden = open === null
      if (open) redraw(flagged, FLAGS[open])
      seat.classList.toggle('seat--asking', person.hand !== null)
      drawConnection(person)
      say(words, subtitle(person, undecryptedInWords(person) || personInWords(person) || qualityProblemInWords(person.quality)))
      if (!person.speaking) ring.style.removeProperty('--level')
    },
    /** What they said last; null: nothing is shown of it. @param {readonly import('../../room/caption_log.js').Caption[]|null} lines */
    caption(lines) {
      seat.classList.toggle('seat--captioned', lines !== null)
      captions.update(lines)
    },
    /** @param {number} loudness 0..1 */
    level(loudness) {
      ring.style.setProperty('--level', loudness.toFixed(2))
    },
  }
}

/** The text under the name: an open question, or role and state. @param {Person} person @param {string} state */
function subtitle(person, state) {
  const open = markInWords(person)
  if (open) return open
  const part = person.me ? inWords('You') : person.kind !== 'person' ? kindInWords(person.kind) : person.role === 'HOST' || person.role === 'MODERATOR' ? roleInWords(person.role) : ''
  return [part, state && part ? midSentence(state) : state].filter(Boolean).join(' · ')
}
