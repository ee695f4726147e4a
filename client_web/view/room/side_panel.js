import { createMemory } from '../../media/memory.js'
import { createChat } from '../chat/chat.js'
import { element, mark } from '../elements/element.js'
import { createPeopleList } from './people_list.js'
import { createSheet } from './side_sheet.js'
import { clearOnNewSubject } from '../elements/subject.js'
import { symbol } from '../elements/symbol.js'
import { inWords, number } from '../../words/language.js'

/**
 * @import { RoomSession } from '../../room/room_session.js'
 * @import { RoomSessionState } from '../../room/room_session_state.js'
 */

const wide = matchMedia('(min-width: 1024px)') // wide enough for a column
const vast = matchMedia('(min-width: 1680px)') // wide enough for the inspector, too

/**
 * Chat and people. On a wide screen it is a column beside the room that can be closed, which is remembered; on others a sheet over the room.
 * While the inspector is open it takes the place of the column, unless there is room for both.
 *
 * @param {{ toggleInspector: () => unknown } & Parameters<typeof createChat>[0] & Parameters<typeof createPeopleList>[0]} actions
 * @param {{ changed: () => void, opener: () => HTMLElement }} around  `opener` gets the focus afterwards
 */
export function createSidePanel(actions, { changed, opener }) {
  const memory = createMemory('roomtone.panel')
  let wanted = memory.recall().open !== false
  let inside = false // in a room
  let inspecting = false // the inspector is open
  let showedPeople = false
  /** @type {'chat'|'people'} */ let part = 'chat'
  const chat = createChat(actions)
  const people = createPeopleList(actions)
  const unread = element('span', { class: 'count panel__unread', hidden: true })
  const here = element('span', { class: 'panel__here' })
  const tabs = { chat: tab('chat', inWords('Chat'), unread), people: tab('people', inWords('People'), here) }
  const parts = { chat: tabpanel('chat', chat.element), people: tabpanel('people', people.element) }
  const shut = element('button', { class: 'round', type: 'button', 'aria-label': inWords('Close chat and people'), title: inWords('Close (Esc)'), on: { click: close } }, symbol('close'))
  const head = element('header', { class: 'panel__head' },
    element('div', { class: 'panel__tabs', role: 'tablist', 'aria-label': inWords('Chat and people'), on: { keydown: changeTab } }, tabs.chat, tabs.people), shut)
  const body = element('div', { class: 'panel__sheet' }, head, parts.chat, parts.people)
  const root = element('section', { class: 'panel', 'aria-label': inWords('Chat and people'), hidden: true, on: { keydown: escape, pointerdown: beside } }, body)
  const sheet = createSheet(root, { changed: () => { draw(); changed() }, closed: () => opener().focus() })

  wide.addEventListener('change', () => { sheet.drop(); changed() })
  vast.addEventListener('change', changed)

  /** @param {'chat'|'people'} name @param {string} label @param {HTMLElement} badge */
  function tab(name, label, badge) {
    return element('button', { class: 'panel__tab', type: 'button', role: 'tab', id: `tab-${name}`, 'aria-controls': `part-${name}`, on: { click: () => choose(name) } }, label, badge)
  }

  /** @param {string} name @param {HTMLElement} content */
  function tabpanel(name, content) {
    return element('div', { class: 'panel__part', role: 'tabpanel', id: `part-${name}`, 'aria-labelledby': `tab-${name}` }, content)
  }

  const hasPlace = () => wide.matches && (!inspecting || vast.matches)
  const isOpen = () => inside && (wide.matches ? wanted && hasPlace() : sheet.open)

  function choose(/** @type {'chat'|'people'} */ name) {
    part = name
    draw()
    changed()
  }

  function changeTab(/** @type {KeyboardEvent} */ event) {
    if (!['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(event.key)) return
    event.preventDefault()
    choose(event.key === 'Home' ? 'chat' : event.key === 'End' ? 'people' : part === 'chat' ? 'people' : 'chat')
    tabs[part].focus()
  }

  function escape(/** @type {KeyboardEvent} */ event) {
    if (event.key !== 'Escape' || event.defaultPrevented) return
    event.preventDefault()
    close()
  }

  /** A tap beside the sheet closes it. */
  function beside(/** @type {Event} */ event) {
    if (event.target === root) close()
  }

  function open() {
    if (!wide.matches) return sheet.show()
    wanted = true
    memory.keep({ open: true })
    if (!hasPlace()) actions.toggleInspector()
    draw()
  }

  function close() {
    if (!wide.matches) return sheet.close()
    const focused = root.contains(document.activeElement)
    wanted = false
    memory.keep({ open: false })
    draw()
    changed()
    if (focused) opener().focus()
  }

  function draw() {
    root.hidden = !isOpen()
    for (const name of /** @type {const} */ (['chat', 'people'])) {
      const chosen = part === name
      parts[name].hidden = !chosen
      mark(tabs[name], 'aria-selected', String(chosen))
      mark(tabs[name], 'tabindex', chosen ? null : '-1')
    }
  }

  // Another room: what was searched for in the last one is old.
  const shows = clearOnNewSubject(people.forget)

  return {
    element: root,
    get open() {
      return isOpen()
    },
    get unread() {
      return chat.unread
    },
    /** Whether the chat is shown. */
    get showsChat() {
      return isOpen() && part === 'chat'
    },
    /** By its button: opens or closes. */
    toggle() {
      if (isOpen()) return close()
      open()
      if (!wide.matches) tabs[part].focus()
      changed()
    },
    /** Opens the people, at the search for listeners. */
    openPeople() {
      part = 'people'
      open()
      draw()
      changed()
      people.focusListeners()
    },
    /** By its key: opens the chat and focuses the box. */
    openChat() {
      part = 'chat'
      open()
      draw()
      changed()
      chat.focus()
    },
    /** Escape outside of it closes a sheet, not a column. @returns {boolean} whether a sheet was closed */
    escape() {
      if (!sheet.open) return false
      sheet.close()
      return true
    },
    /** Closes the sheet for something else in its place. */
    dropSheet: () => sheet.drop(),
    /** @param {RoomSessionState|null} roomSession  its state, null outside of a room @param {{ roomSession: RoomSession, blocks?: ReadonlySet<number>, inspecting: boolean }} around */
    update(roomSession, around) {
      inside = roomSession !== null && roomSession.phase !== 'left'
      inspecting = around.inspecting
      if (!inside) sheet.drop()
      draw()
      if (!inside || !roomSession) return
      chat.update(roomSession, { ...around, visible: isOpen() && part === 'chat' })
      shows(around.roomSession.room_id)
      const showsPeople = isOpen() && part === 'people'
      if (showsPeople && !showedPeople) people.opened()
      showedPeople = showsPeople
      if (showsPeople) people.update(roomSession)
      unread.hidden = chat.unread === 0 || (isOpen() && part === 'chat')
      drawCount(unread, chat.unread, inWords('unread'))
      drawCount(here, roomSession.counts.here, inWords('here'), Infinity)
    },
  }
}

/** A number, with its meaning for screen readers. @param {HTMLElement} place @param {number} count @param {string} meaning @param {number} [most]  larger ones are not written out */
function drawCount(place, count, meaning, most = 999) {
  if (place.dataset.count === String(count)) return
  place.dataset.count = String(count)
  place.replaceChildren(count > most ? `${most}+` : number.format(count), element('span', { class: 'visually-hidden', text: ` ${meaning}` }))
}
