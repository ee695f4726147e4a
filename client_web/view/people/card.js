import { addressOfPerson } from '../../addresses.js'
import { personIn, personNow } from '../../room/people.js'
import { avatar, redrawAvatar } from '../elements/avatar.js'
import { closedByBack } from '../elements/back.js'
import { element, mark, say } from '../elements/element.js'
import { markInWords } from '../stage/stage_words.js'
import { actionsOn } from './actions.js'
import { createCardCaptions } from '../captions/card_captions.js'
import { createRefusal, refusalOf } from '../elements/refusal.js'
import { symbol } from '../elements/symbol.js'
import { createSeatSound } from './seat_sound.js'
import { kindInWords, personInWords, roleInWords } from './person_words.js'
import { inWords } from '../../words/language.js'
import { capital, midSentence } from '../elements/words.js'

/** @import { RoomSessionState } from '../../room/room_session_state.js' */

const MARGIN = 12 // px between the card and the edge of the window
const BESIDE = 640 // px of width: with less, the card is at the bottom

/** @typedef {import('./actions.js').CardPerson} CardPerson */

/**
 * A person in the room: who they are here and what can be done. On a wide screen it opens beside their face, on a phone at the
 * bottom. The room behind it stays usable: keys work, and a tap elsewhere closes the card.
 *
 * @param {Record<string, (...given: any[]) => any>} actions  by name (`any`: with parameters of their own), as in actions.js: `(person) => Promise<unknown>`; and `inspect(user_id)`,
 *   `retryConnection(user_id)`, `setVolume(user_id, change)`, `deleteCaption(id)`, `refuse(words)`: shows a refusal when the card is closed
 */
export function createPersonCard(actions) {
  /** @type {CardPerson|null} */ let person = null
  /** @type {(RoomSessionState & { blocks?: ReadonlySet<number>, follows?: ReadonlySet<number> })|null} */ let roomSession = null
  /** @type {Element|null} */ let from = null
  const face = avatar('')
  const name = element('h2', { class: 'person-card__name', dir: 'auto', tabindex: '-1', autofocus: true })
  const about = element('p', { class: 'person-card__about quiet' })
  const profile = element('a', { class: 'person-card__profile', text: inWords('Profile') })
  const shut = element('button', { class: 'round dialog__close', type: 'button', 'aria-label': inWords('Close'), on: { click: close } }, symbol('close'))
  const refusal = createRefusal()
  const list = element('ul', { class: 'person-card__actions' })
  const sound = createSeatSound({ setVolume: actions.setVolume })
  const said = createCardCaptions({ deleteCaption: actions.deleteCaption }, () => name.focus())
  const again = element('button', { class: 'button', type: 'button', text: inWords('Connect again'), on: { click: () => actions.retryConnection(person?.user_id) } })
  const rows = element('button', { class: 'person-card__rows', type: 'button', on: { click: inspect } }, symbol('inspector'), inWords('Show in the inspector'))
  const connection = element('div', { class: 'person-card__connection' }, again, rows)
  const root = element('div', { class: 'person-card', popover: 'auto', role: 'dialog', on: { toggle } },
    element('div', { class: 'person-card__body scrolls' },
      element('header', { class: 'person-card__head' }, element('span', { class: 'person-card__face', 'aria-hidden': 'true' }, face), element('div', { class: 'person-card__who' }, name, about, profile), shut),
      refusal.element, sound.element, list, said.element, connection)) // what they say moves no action
  let drawn = ''
  // What appears while it is open, such as how long the connection took, must not push its end out of the window.
  new ResizeObserver(() => root.matches(':popover-open') && place()).observe(root)

  function close() {
    if (root.matches(':popover-open')) root.hidePopover()
  }

  function toggle(/** @type {ToggleEvent} */ { newState }) {
    if (newState === 'open') return
    person = null
    closedByBack.delete(close)
  }

  function inspect() {
    const user_id = person?.user_id
    close()
    actions.inspect(user_id)
  }

  async function press(/** @type {import('./actions.js').PersonAction} */ action) {
    const whom = person
    refusal.say(null)
    const refused = await refusalOf(() => actions[action.name](whom))
    // Meanwhile the card may have been closed, or show another person.
    if (person?.user_id !== whom?.user_id) return refused && actions.refuse(refused)
    refusal.say(refused)
    if (refused === null && action.closes) close()
    return undefined
  }

  /** @param {CardPerson} whom @param {RoomSessionState['may']} may @param {import('./actions.js').Mine} mine */
  function drawActions(whom, may, mine) {
    const all = actionsOn(whom, may, mine)
    const next = JSON.stringify(all)
    if (next === drawn) return
    drawn = next
    const focused = list.contains(document.activeElement)
    list.replaceChildren(...all.map((action) => {
      const text = element('span', { class: 'person-card__action-text' }, element('span', { text: action.text }), action.about ? element('span', { class: 'person-card__action-about quiet', text: action.about }) : null)
      const button = element('button', { class: action.danger ? 'person-card__action person-card__action--danger' : 'person-card__action', type: 'button', on: { click: () => press(action) } }, symbol(action.symbol), text)
      return element('li', {}, button)
    }))
    if (focused) name.focus() // the pressed button was removed
    list.hidden = all.length === 0
  }

  function draw() {
    if (!person || !roomSession) return
    const { user_id } = person
    person = personNow(roomSession, person)
    const blocked = roomSession.blocks?.has(person.user_id) ?? false
    redrawAvatar(face, person.username)
    say(name, person.username)
    mark(root, 'aria-label', person.username)
    say(about, aboutInWords(person, blocked))
    mark(profile, 'href', addressOfPerson(person.username))
    sound.update(person.gone ? null : person, blocked)
    drawCaptions(person, blocked)
    drawActions(person, roomSession.may, { blocked, followed: roomSession.follows?.has(person.user_id) ?? false })
    again.hidden = person.connection !== 'failed'
    connection.hidden = Boolean(person.gone) || !roomSession.people.some((one) => one.user_id === user_id)
  }

  /** What I may delete of what they said: as host or moderator, and as the speaker. @param {CardPerson} whom @param {boolean} blocked */
  function drawCaptions(whom, blocked) {
    const { captions, may } = /** @type {RoomSessionState} */ (roomSession)
    const mine = (may.moderate || whom.me) && captions.on && whom.captioned && !blocked
    said.update(mine ? captions.lines.get(whom.user_id) ?? [] : null, captions.deleted, drawn === '')
  }

  /** Beside the face, inside of the window; on a phone the style sheet puts it at the bottom. */
  function place() {
    root.style.removeProperty('left')
    root.style.removeProperty('top')
    if (innerWidth < BESIDE || !from?.isConnected) return
    const seat = from.getBoundingClientRect()
    const card = root.getBoundingClientRect()
    const right = seat.right + MARGIN
    const left = right + card.width + MARGIN <= innerWidth ? right : Math.max(MARGIN, seat.left - card.width - MARGIN)
    const top = Math.min(Math.max(MARGIN, seat.top - MARGIN), innerHeight - card.height - MARGIN)
    root.style.setProperty('left', `${left}px`)
    root.style.setProperty('top', `${Math.max(MARGIN, top)}px`)
  }

  return {
    element: root,
    close,
    /** @param {number} user_id @param {Element|null} [opener]  the face that was tapped */
    open(user_id, opener = null) {
      const whom = roomSession && personIn(roomSession, user_id)
      if (!whom) return
      close()
      person = whom
      from = opener
      drawn = ''
      refusal.say(null)
      draw()
      root.showPopover()
      closedByBack.add(close)
      place()
      name.focus({ preventScroll: true })
    },
    /** @param {(RoomSessionState & { blocks?: ReadonlySet<number>, follows?: ReadonlySet<number> })|null} latest  the room session with `blocks` and `follows`, sets of user ids; null closes the card */
    update(latest) {
      roomSession = latest
      if (!roomSession) close()
      draw()
    },
  }
}

/** @param {CardPerson} person @param {boolean} blocked */
function aboutInWords(person, blocked) {
  if (person.gone) return inWords('No longer here')
  const parts = [person.me ? inWords('You') : '', person.kind === 'person' ? roleInWords(person.role) : kindInWords(person.kind)]
  parts.push(personInWords(person), markInWords(person), blocked ? inWords('blocked by you') : '')
  return capital(midSentence(parts.filter(Boolean).join(' · ')))
}
