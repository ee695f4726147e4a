import { element, mark, say } from '../elements/element.js'
import { keyed } from '../elements/keyed.js'
import { symbol } from '../elements/symbol.js'
import { createPersonRow } from './person_row.js'
import { listedInWords } from './listener_words.js'
import { inWords, number } from '../../words/language.js'

/**
 * @import { Person } from '../../room/people.js'
 * @import { RoomSessionState } from '../../room/room_session_state.js'
 */

const PAUSE = 250 // ms without a key before a search
const REFRESH = 3000 // ms between two requests for the listed names
const NEAR_END = 400 // px above the end of the list, where the next page is loaded

/**
 * Those who listen in a counted room: how many, a search by name, and some pages of names. The list is one stop for Tab; the arrow keys
 * move from name to name.
 *
 * @param {{ choose: (user_id: number, row: Element) => void, findListeners: (text: string) => void, laterListeners: () => void,
 *           earlierListeners: () => void, refreshListeners: () => void, listenersAgain: () => void }} actions
 */
export function createListenerList(actions) {
  /** @type {ReturnType<typeof setTimeout>|undefined} */ let timer
  /** @type {ReturnType<typeof setTimeout>|undefined} */ let refresh
  /** @type {HTMLElement|null} */ let current = null // the name Tab comes to
  let listening = -1 // as many when the names were asked for
  const count = element('span', { class: 'people__count' })
  const search = element('input', { type: 'search', placeholder: inWords('Find a listener'), 'aria-label': inWords('Find a listener by name'), autocomplete: 'off', maxlength: '40', on: { input: soon, keydown: onKey } })
  const status = element('span', { role: 'status' })
  const again = element('button', { class: 'button', type: 'button', text: inWords('Try again'), hidden: true, on: { click: () => actions.listenersAgain() } })
  const list = element('ul', { class: 'people__list', 'aria-label': inWords('Listeners'), on: { keydown: moveFocus, focusin: ({ target }) => stopAt(target.closest('.person')) } })
  const earlier = element('button', { class: 'button button--plain listeners__more', type: 'button', text: inWords('Show earlier names'), on: { click: () => actions.earlierListeners() } })
  const later = element('button', { class: 'button button--plain listeners__more', type: 'button', text: inWords('Show more'), on: { click: () => actions.laterListeners() } })
  const root = element('div', { class: 'people__half listeners', role: 'group', 'aria-label': inWords('Listening'), hidden: true },
    element('h3', { class: 'caps people__title' }, inWords('Listening'), ' ', count),
    element('label', { class: 'search listeners__find' }, symbol('search'), search),
    element('p', { class: 'listeners__state quiet' }, status, again), earlier, list, later)
  const rows = keyed(list, { key: (/** @type {Person} */ one) => one.user_id, create: () => createPersonRow(actions), fades: false })

  function find() {
    clearTimeout(timer)
    timer = undefined
    actions.findListeners(search.value)
  }

  function soon() {
    clearTimeout(timer)
    timer = setTimeout(find, PAUSE)
  }

  /** The audience has changed, perhaps many times. @param {number} audience */
  function refreshSoon(audience) {
    if (audience === listening) return
    listening = audience
    refresh ??= setTimeout(() => {
      refresh = undefined
      if (root.offsetParent) actions.refreshListeners()
    }, REFRESH)
  }

  const names = () => /** @type {HTMLElement[]} */ ([...list.querySelectorAll('.person')])

  function onKey(/** @type {KeyboardEvent} */ event) {
    if (event.key === 'Enter') find()
    else if (event.key === 'ArrowDown') names()[0]?.focus()
    else if (event.key !== 'Escape' || !search.value) return
    else {
      search.value = ''
      find()
    }
    event.preventDefault()
  }

  function moveFocus(/** @type {KeyboardEvent} */ event) {
    const all = names()
    const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement))
    /** @type {number|undefined} */ const next = /** @type {Record<string, number>} */ ({ ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 })[event.key]
    if (next === undefined || at < 0) return
    event.preventDefault()
    if (next < 0) search.focus()
    else all[Math.min(next, all.length - 1)].focus()
  }

  /** @param {HTMLElement|null} name */
  function stopAt(name) {
    current = name
    for (const each of names()) mark(each, 'tabindex', each === current ? null : '-1')
  }

  return {
    element: root,
    /** The list is shown again: those who have left since are not in it. */
    opened: find,
    focus: () => search.focus(),
    /** @param {HTMLElement} scroller  that was scrolled */
    scrolled(scroller) {
      if (!root.hidden && !later.hidden && scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END) actions.laterListeners()
    },
    /** Another room: what was searched for is old. */
    forget() {
      clearTimeout(timer)
      search.value = ''
    },
    /** @param {Pick<RoomSessionState, 'counts'|'listed'|'listeners'>} roomSession */
    update({ counts, listed, listeners }) {
      say(count, number.format(counts.audience))
      refreshSoon(counts.audience)
      const focused = names().indexOf(/** @type {HTMLElement} */ (document.activeElement))
      rows.update(listeners)
      if (focused >= 0 && !list.contains(document.activeElement)) (names().at(Math.min(focused, listeners.length - 1)) ?? search).focus() // who left had it
      if (!current?.isConnected) stopAt(names()[0] ?? null)
      else stopAt(current)
      const words = listedInWords(listed, listeners.length)
      say(status, words)
      again.hidden = listed.phase !== 'failed'
      mark(status.parentElement ?? status, 'data-failed', listed.phase === 'failed')
      mark(list, 'aria-busy', listed.phase === 'loading' ? 'true' : null)
      earlier.hidden = !listed.earlier
      later.hidden = !listed.later
    },
  }
}
