import { avatar, redrawAvatar } from '../elements/avatar.js'
import { element, mark, say } from '../elements/element.js'
import { moreHandsInWords, waitedInWords } from './stage_words.js'
import { keyed } from '../elements/keyed.js'
import { createRefusal } from '../elements/refusal.js'
import { symbol } from '../elements/symbol.js'
import { MOST, PAGE } from '../../room/hands.js'
import { inWords, number } from '../../words/language.js'

/**
 * @import { Person } from '../../room/people.js'
 * @import { RoomSessionState } from '../../room/room_session_state.js'
 */

const MINUTE = 60_000
const PAUSE = 3000 // ms between two requests that nobody asked for

/**
 * For moderators: the people who ask to speak, in the order they asked, and the people who were invited and have not answered.
 * @param {{ bringUp: (person: Person) => Promise<unknown>, lowerHand: (person: Person) => Promise<unknown>,
 *           withdraw: (person: Person) => Promise<unknown>, choose: (user_id: number, from: Element) => void, readHands: (many: number) => void }} actions
 */
export function createHandQueue(actions) {
  const refusal = createRefusal()
  const count = element('span', { class: 'queue__count' })
  const hands = element('ol', { class: 'queue__hands' })
  const rest = element('span', { role: 'status' })
  const more = element('button', { class: 'button button--plain', type: 'button', text: inWords('Show more'), on: { click: () => show(wanted + PAGE) } })
  const below = element('p', { class: 'queue__rest quiet', hidden: true }, rest, ' ', more)
  const invited = element('ul', { class: 'queue__hands' })
  const asked = element('h3', { class: 'caps queue__sub', text: inWords('Invited, no answer yet') })
  const root = element('section', { class: 'queue', 'aria-label': inWords('Hands up'), hidden: true },
    element('h2', { class: 'caps queue__title' }, symbol('hand'), inWords('Hands up'), ' ', count), refusal.element, hands, below, asked, invited)
  const waiting = keyed(hands, { key: (/** @type {Person} */ person) => person.user_id, create: () => createHand(actions, refusal) })
  const unanswered = keyed(invited, { key: (/** @type {Person} */ person) => person.user_id, create: () => createInvited(actions, refusal) })
  /** @type {readonly Person[]} */ let shown = []
  /** @type {ReturnType<typeof setTimeout>|undefined} */ let timer
  /** @type {readonly Person[]} */ let all = []
  let wanted = PAGE // so many hands are to be shown
  let readAt = -PAUSE

  function draw() {
    waiting.update(shown)
    clearTimeout(timer)
    timer = shown.length ? setTimeout(draw, MINUTE) : undefined // only the minutes change
  }

  /** @param {number} many */
  function show(many) {
    wanted = Math.min(many, MOST)
    read()
  }

  function read() {
    readAt = performance.now()
    actions.readHands(wanted)
  }

  /** The entry with the focus is gone: the first one gets it. @param {string|undefined} key */
  function keepFocus(key) {
    if (!key || waiting.get(key) || unanswered.get(key)) return
    if (shown.length) waiting.get(shown[0].user_id)?.focus()
  }

  return {
    element: root,
    forget() {
      refusal.say(null)
      wanted = PAGE
    },
    /** @param {Pick<RoomSessionState, 'may'|'queue'|'hands'|'queueRead'|'people'>} roomSession */
    update({ may, queue, hands: up, queueRead, people }) {
      const invitedPeople = may.moderate ? people.filter((person) => person.invited).slice(0, PAGE) : []
      all = may.moderate ? queue : []
      shown = all.slice(0, wanted)
      // The next ones move up when others were brought up.
      if (may.moderate && up > all.length && all.length < wanted && queueRead !== 'loading' && performance.now() - readAt >= PAUSE) read()
      /** @type {HTMLElement|null|undefined} */ const focused = root.contains(document.activeElement) ? document.activeElement?.closest('.hand') : null
      const key = focused?.dataset.key
      root.hidden = shown.length === 0 && invitedPeople.length === 0
      if (root.hidden) refusal.say(null)
      say(count, up ? number.format(up) : '')
      below.hidden = up <= shown.length
      say(rest, below.hidden ? '' : moreHandsInWords(up - shown.length, queueRead))
      more.hidden = shown.length >= MOST
      asked.hidden = invitedPeople.length === 0
      draw()
      unanswered.update(invitedPeople)
      keepFocus(key)
    },
  }
}

/** @typedef {Parameters<typeof createHandQueue>[0]} Actions */
/** @typedef {ReturnType<typeof createRefusal>} Refusal */

function createEntry(/** @type {Actions} */ actions) {
  /** @type {Person} */ let person
  const face = avatar('')
  const name = element('span', { class: 'hand__name', dir: 'auto' })
  const waited = element('span', { class: 'hand__waited quiet' })
  const who = element('button', { class: 'hand__who', type: 'button', 'aria-haspopup': 'dialog', on: { click: () => actions.choose(person.user_id, who) } },
    element('span', { class: 'hand__face', 'aria-hidden': 'true' }, face), element('span', { class: 'hand__words' }, name, ' ', waited))
  return {
    who, waited,
    get person() {
      return person
    },
    update(/** @type {Person} */ latest) {
      person = latest
      redrawAvatar(face, person.username)
      say(name, person.username)
    },
  }
}

/** @param {Actions} actions @param {Refusal} refusal */
function createHand(actions, refusal) {
  const entry = createEntry(actions)
  const place = element('span', { class: 'hand__place', 'aria-hidden': 'true' })
  const up = element('button', { class: 'button button--action hand__up', type: 'button', on: { click: () => refusal.attempt(() => actions.bringUp(entry.person)) } }, symbol('up'), element('span', { text: inWords('Bring up') }))
  const lower = element('button', { class: 'hand__lower', type: 'button', title: inWords('Lower this hand'), on: { click: () => refusal.attempt(() => actions.lowerHand(entry.person)) } }, symbol('close'))
  const root = element('li', { class: 'hand' }, place, entry.who, up, lower)
  return {
    element: root,
    focus: () => up.focus(),
    update(/** @type {Person} */ person) {
      entry.update(person)
      say(place, String(person.hand))
      say(entry.waited, waitedInWords(person.hand_raised_at))
      mark(up, 'title', inWords('Bring {username} to the stage', { username: person.username }))
      mark(up, 'aria-label', inWords('Bring {username} to the stage', { username: person.username }))
      mark(lower, 'aria-label', inWords("Lower {username}'s hand", { username: person.username }))
    },
  }
}

/** @param {Actions} actions @param {Refusal} refusal */
function createInvited(actions, refusal) {
  const entry = createEntry(actions)
  const back = element('button', { class: 'hand__lower', type: 'button', title: inWords('Take the invitation back'), on: { click: () => refusal.attempt(() => actions.withdraw(entry.person)) } }, symbol('close'))
  return {
    element: element('li', { class: 'hand hand--invited' }, entry.who, back),
    update(/** @type {Person} */ person) {
      entry.update(person)
      mark(back, 'aria-label', inWords('Take back the invitation to {username}', { username: person.username }))
    },
  }
}
