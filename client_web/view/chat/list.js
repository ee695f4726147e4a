import { NEWEST, indicesOf, keptRange, pageDown, pageUp } from './visible_range.js'
import { createMessage } from './message.js'
import { element, mark, say } from '../elements/element.js'
import { symbol } from '../elements/symbol.js'
import { inWords } from '../../words/language.js'

/**
 * @import { ChatState } from '../../room/chat.js'
 * @import { Person } from '../../room/people.js'
 */

const AT_END = 40 // px: this near to the end counts as the end
const TOGETHER = 5 * 60_000 // ms: messages of one person within this time have one heading

/**
 * @typedef {{ room_id: number, chat: ChatState, me: Person, moderate: boolean, roles: ReadonlyMap<number, string>, blocks: ReadonlySet<number>, unread: number }} Model
 * @typedef {import('./message.js').Entry & { element_key: string }} ListEntry
 */

/**
 * The messages, oldest first. At the end, the list follows new messages. Further up it does not move, and a button shows how many are new.
 * The list is one stop for Tab; the arrow keys move from message to message.
 *
 * @param {{ earlierMessages: () => void, focusBox: () => void } & Parameters<typeof createMessage>[1]} actions
 */
export function createChatList(actions) {
  /** @type {Map<string, ReturnType<typeof createMessage>>} */ const made = new Map()
  /** @type {Model} */ let model
  let range = NEWEST
  /** @type {HTMLElement|null} */ let current = null // the message Tab comes to
  const list = element('ol', { class: 'chat__messages', 'aria-label': inWords('Messages'), on: { keydown: moveFocus, focusin: onFocus } })
  const earlier = element('button', { class: 'chat__earlier button button--plain', type: 'button', on: { click: further } })
  const nothing = element('p', { class: 'chat__nothing quiet', text: inWords('No messages yet. Everybody in the room reads what you write. People who enter later can read it, too.') })
  const scroller = element('div', { class: 'chat__scroll scrolls', on: { scroll: scrolled } }, earlier, nothing, list)
  const newest = element('button', { class: 'chat__newest', type: 'button', hidden: true, on: { click: toEnd } }, symbol('down'), element('span'))
  const root = element('div', { class: 'chat__reading' }, scroller, newest)

  const isAtNewest = () => range === NEWEST
  const atEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < AT_END

  new ResizeObserver(() => isAtNewest() && pinToEnd()).observe(scroller)

  function pinToEnd() {
    scroller.scrollTop = scroller.scrollHeight
  }

  function scrolled() {
    if (!model || scroller.clientHeight === 0) return
    const { messages } = model.chat
    if (atEnd()) {
      const below = indicesOf(messages, range).end < messages.length
      if (isAtNewest()) return
      range = below ? pageDown(messages, range) : NEWEST
      draw()
    } else if (isAtNewest()) {
      range = keptRange(messages, range)
      draw()
    }
  }

  function further() {
    const { messages, earlier: before } = model.chat
    const { start } = indicesOf(messages, range)
    if (start > 0) {
      range = pageUp(messages, range)
      draw()
    } else if (before !== 'none') {
      range = keptRange(messages, range)
      waiting = messages[0]?.id ?? null
      actions.earlierMessages()
    }
  }
  /** @type {number|null} */ let waiting = null // the oldest message when more were asked for

  function toEnd() {
    range = NEWEST
    draw()
    pinToEnd()
    actions.focusBox()
  }

  function moveFocus(/** @type {KeyboardEvent} */ event) {
    const items = /** @type {HTMLElement[]} */ ([...list.children])
    const at = items.indexOf(/** @type {HTMLElement} */ (messageAt(event)))
    /** @type {number|undefined} */ const next = /** @type {Record<string, number>} */ ({ ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: items.length - 1 })[event.key]
    if (next === undefined || at < 0) return
    event.preventDefault()
    items[Math.min(items.length - 1, Math.max(0, next))].focus()
  }

  function onFocus(/** @type {FocusEvent} */ event) {
    choose(messageAt(event))
  }

  /** @param {Event} event @returns {HTMLElement|null} */
  const messageAt = ({ target }) => (target instanceof Element ? target.closest('.message') : null)

  function choose(/** @type {HTMLElement|null} */ item) {
    if (current === item) return
    for (const each of [current, item]) each?.setAttribute('tabindex', each === item ? '0' : '-1')
    for (const each of [current, item]) each?.querySelectorAll('button, a').forEach((inner) => mark(inner, 'tabindex', each === item ? null : '-1'))
    current = item
  }

  /** @param {ChatState} chat @returns {ListEntry[]} */
  function entriesOf({ messages, outgoing, deleting, refusal }) {
    const { start, end } = indicesOf(messages, range)
    const { me, moderate, roles, blocks } = model
    /** @type {ListEntry[]} */ const entries = messages.slice(start, end).map((message) => ({
      ...{ first: false, key: message.id, element_key: String(message.id), id: message.id, user_id: message.user_id, username: message.username, body: message.body, at: Date.parse(message.created_at) },
      ...{ mine: message.user_id === me.user_id, role: roles.get(message.user_id) ?? null, blocked: blocks.has(message.user_id) },
      ...{ state: deleting.has(message.id) ? 'deleting' : 'said', problem: refusal?.id === message.id ? refusal.problem : null },
      ...{ may_delete: message.user_id === me.user_id || moderate, may_pin: moderate },
    }))
    /** @type {ListEntry[]} */ const unsent = end < messages.length ? [] : outgoing.map(({ key, body, at, state, problem }) => ({
      ...{ first: false, key, element_key: `out-${key}`, id: null, user_id: me.user_id, username: me.username, body, at, mine: true, role: roles.get(me.user_id) ?? null },
      ...{ blocked: false, state, problem, may_delete: false, may_pin: false },
    }))
    return [...entries, ...unsent]
  }

  function draw() {
    const { messages, earlier: before } = model.chat
    if (waiting !== null && before !== 'loading') {
      if (messages.length && messages[0].id < waiting) range = pageUp(messages, range)
      waiting = null
    }
    if (!isAtNewest()) range = keptRange(messages, range)
    const fromEnd = scroller.scrollHeight - scroller.scrollTop
    const top = list.firstElementChild
    sync(entriesOf(model.chat))
    const { start, end } = indicesOf(messages, range)
    drawEarlier(start > 0 ? 'more' : before)
    nothing.hidden = list.childElementCount > 0 || before !== 'none'
    const unseen = messages.length - end
    newest.hidden = isAtNewest()
    say(newest.lastElementChild, unseen + model.unread > 0 ? inWords('{count, plural, one {# new message} other {# new messages}}', { count: Math.max(unseen, model.unread) }) : inWords('To the newest'))
    if (isAtNewest()) pinToEnd()
    // Older messages were added above: what is being read keeps its place.
    else if (top && top !== list.firstElementChild) scroller.scrollTop = scroller.scrollHeight - fromEnd
  }

  /** @type {Record<string, string>} */
  const EARLIER = { more: inWords('Earlier messages'), loading: inWords('Loading earlier messages…'), failed: inWords('Earlier messages could not be loaded. Try again') }

  function drawEarlier(/** @type {string} */ state) {
    earlier.hidden = state === 'none'
    say(earlier, EARLIER[state] ?? '')
    mark(earlier, 'aria-disabled', state === 'loading' ? 'true' : null)
  }

  /** A message keeps its element, and with it the focus. Only what changed is changed. @param {ListEntry[]} entries */
  function sync(entries) {
    const wanted = new Set(entries.map(({ element_key }) => element_key))
    for (const [key, one] of made) {
      if (wanted.has(key)) continue
      if (current === one.element) moveOn(one.element)
      one.element.remove()
      made.delete(key)
    }
    let next = list.firstElementChild
    entries.forEach((entry, index) => {
      const key = entry.element_key
      const previous = entries[index - 1]
      entry.first = !previous || previous.user_id !== entry.user_id || previous.blocked !== entry.blocked || entry.at - previous.at > TOGETHER
      let one = made.get(key)
      if (!one) {
        one = createMessage(entry, actions)
        one.element.querySelectorAll('a').forEach((inner) => mark(inner, 'tabindex', '-1'))
        made.set(key, one)
      }
      one.update(entry)
      if (one.element === next) next = one.element.nextElementSibling
      else list.insertBefore(one.element, next)
    })
    if (!current) choose(/** @type {HTMLElement|null} */ (list.lastElementChild))
  }

  /** The focused message is removed: its neighbour gets the focus. @param {HTMLElement} item */
  function moveOn(item) {
    const focused = item.contains(document.activeElement)
    const neighbour = /** @type {HTMLElement|null} */ (item.nextElementSibling ?? item.previousElementSibling)
    choose(neighbour)
    if (!focused) return
    if (neighbour) neighbour.focus()
    else actions.focusBox()
  }

  return {
    element: root,
    /** Whether the newest message is shown. */
    get atEnd() {
      return isAtNewest()
    },
    /** @param {Model} latest */
    update(latest) {
      const elsewhere = model?.room_id !== latest.room_id
      model = latest
      if (elsewhere) range = NEWEST
      draw()
    },
    /** The panel was opened: only now the list can be scrolled. */
    shown() {
      if (isAtNewest()) pinToEnd()
    },
    toEnd() {
      range = NEWEST
      if (model) draw()
    },
  }
}
