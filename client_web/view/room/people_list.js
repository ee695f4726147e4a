import { element, say } from '../elements/element.js'
import { keyed } from '../elements/keyed.js'
import { createListenerList } from './listeners.js'
import { createPersonRow } from './person_row.js'
import { inWords } from '../../words/language.js'

/**
 * @import { Person } from '../../room/people.js'
 * @import { RoomSessionState } from '../../room/room_session_state.js'
 */

const SHOWN = 200 // of each half

/**
 * Everybody in the room as a list: those on the stage, then those who listen. In a counted room these are searched and come page by page.
 * @param {Parameters<typeof createListenerList>[0]} actions
 */
export function createPeopleList(actions) {
  const stage = createHalf(inWords('On stage'), actions)
  const others = createHalf(inWords('Listening'), actions)
  const listeners = createListenerList(actions)
  const root = element('div', { class: 'people scrolls', on: { scroll: () => listeners.scrolled(root) } }, stage.element, others.element, listeners.element)
  let wasCounted = false
  return {
    element: root,
    /** It was hidden before. */
    opened() {
      wasCounted = false
    },
    forget: listeners.forget,
    focusListeners: () => !listeners.element.hidden && listeners.focus(),
    /** @param {RoomSessionState} roomSession */
    update(roomSession) {
      const { counted: isCounted } = roomSession
      stage.update(roomSession.stage)
      others.update(isCounted ? [] : roomSession.audience)
      listeners.element.hidden = !isCounted
      if (isCounted && !wasCounted) listeners.opened()
      wasCounted = isCounted
      if (isCounted) listeners.update(roomSession)
    },
  }
}

/** @param {string} title @param {Parameters<typeof createPersonRow>[0]} actions */
function createHalf(title, actions) {
  const list = element('ul', { class: 'people__list' })
  const count = element('span', { class: 'people__count' })
  const more = element('p', { class: 'people__more quiet', hidden: true })
  const half = element('div', { class: 'people__half', role: 'group', 'aria-label': title },
    element('h3', { class: 'caps people__title' }, `${title} `, count), list, more)
  const rows = keyed(list, { key: (/** @type {Person} */ one) => one.user_id, create: () => createPersonRow(actions), fades: false })
  return {
    element: half,
    update(/** @type {readonly Person[]} */ people) {
      half.hidden = people.length === 0
      say(count, String(people.length))
      rows.update(people.slice(0, SHOWN))
      more.hidden = people.length <= SHOWN
      say(more, more.hidden ? '' : inWords('and {count, plural, one {# more person} other {# more people}}', { count: people.length - SHOWN }))
    },
  }
}
