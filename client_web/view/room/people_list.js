import { avatar, redrawAvatar } from '../elements/avatar.js'
import { element, mark, say } from '../elements/element.js'
import { keyed } from '../elements/keyed.js'
import { redraw, symbol } from '../elements/symbol.js'
import { STATE_SYMBOLS } from '../stage/seat.js'
import { counted } from '../elements/words.js'
import { personInWords, personStateOf, roleInWords, seatInWords } from '../people/person_words.js'

/**
 * @import { Person } from '../../room/people.js'
 * @import { RoomSessionState } from '../../room/room_session_state.js'
 */

const SHOWN = 200 // of each half

/**
 * Everybody in the room as a list: those on the stage, then those who listen.
 * @param {{ choose: (user_id: number, row: Element) => void }} actions
 */
export function createPeopleList(actions) {
  const stage = createHalf('On stage', actions)
  const others = createHalf('Listening', actions)
  return {
    element: element('div', { class: 'people scrolls' }, stage.element, others.element),
    /** @param {Pick<RoomSessionState, 'stage'|'audience'>} roomSession */
    update(roomSession) {
      stage.update(roomSession.stage)
      others.update(roomSession.audience)
    },
  }
}

/** @param {string} title @param {Parameters<typeof createRow>[0]} actions */
function createHalf(title, actions) {
  const list = element('ul', { class: 'people__list' })
  const count = element('span', { class: 'people__count' })
  const more = element('p', { class: 'people__more quiet', hidden: true })
  const half = element('div', { class: 'people__half', role: 'group', 'aria-label': title },
    element('h3', { class: 'caps people__title' }, `${title} `, count), list, more)
  const rows = keyed(list, { key: (/** @type {Person} */ one) => one.user_id, create: () => createRow(actions), fades: false })
  return {
    element: half,
    update(/** @type {readonly Person[]} */ people) {
      half.hidden = people.length === 0
      say(count, String(people.length))
      rows.update(people.slice(0, SHOWN))
      more.hidden = people.length <= SHOWN
      say(more, more.hidden ? '' : `and ${counted(people.length - SHOWN, 'more person', 'more people')}`)
    },
  }
}

/** @param {{ choose: (user_id: number, row: Element) => void }} actions */
function createRow({ choose }) {
  /** @type {Person} */ let person
  const face = avatar('')
  const name = element('bdi', { class: 'person__name' })
  const about = element('span', { class: 'person__about' })
  const drawing = symbol('mic-off')
  const row = element('button', { class: 'person', type: 'button', on: { click: () => choose(person.user_id, row) } }, face,
    element('span', { class: 'person__text' }, name, about), drawing)
  return {
    element: element('li', {}, row),
    update(/** @type {Person} */ latest) {
      person = latest
      redrawAvatar(face, person.username)
      say(name, person.username)
      const state = personStateOf(person)
      const picture = STATE_SYMBOLS[state]
      const part = person.me ? 'You' : person.kind !== 'person' ? person.kind : person.role === 'HOST' || person.role === 'MODERATOR' ? roleInWords(person.role) : ''
      say(about, [part, person.role !== 'HOST' || part !== 'You' ? '' : 'host', personInWords(person).toLowerCase()].filter(Boolean).join(' · '))
      mark(row, 'aria-label', seatInWords(person))
      mark(row, 'data-speaking', state === 'speaking' ? 'true' : null)
      drawing.toggleAttribute('hidden', !picture)
      if (picture) redraw(drawing, picture)
    },
  }
}
