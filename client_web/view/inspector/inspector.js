import { shownFor } from '../../room/shown_for.js'
import { element, say } from '../elements/element.js'
import { keyed } from '../elements/keyed.js'
import { createSeatPane } from './seat_pane.js'
import { symbol } from '../elements/symbol.js'
import { createTrace } from './trace.js'
import { createTopologyReason } from '../room/topology_reason.js'
import { reasonInTerms } from '../room/topology_words.js'
import { createEntry } from './entry.js'
import { inPsql, involves } from './inspector_words.js'
import { inWords } from '../../words/language.js'

/** @import { Person } from '../../room/people.js' */

/**
 * @import { Trace } from '../../room/inspector.js'
 * @import { ShownRoomSession } from '../../room/room_session_state.js'
 */

const TRACES = 3
const SHOWN = 80 // the newest
const COPIED_SHOWN = 1.5 // s

/**
 * The inspector: the rows, notifications and signals behind what is shown, as they happen. It is drawn only while it is open.
 * @param {{ close: () => void, retryConnection: (user_id: number) => void,
 *           topologyReason: () => Promise<import('../room/topology_reason.js').TopologyReason|null> }} actions
 */
export function createInspectorView({ close, retryConnection, topologyReason }) {
  /** @type {ShownRoomSession|null} */ let roomSession = null
  /** @type {number|null} */ let chosen = null // user_id of the seat that is shown
  let open = false
  let all = false // show all connections, not only the newest

  const title = element('h2', { class: 'inspector__title', text: inWords('Inspector'), tabindex: '-1' })
  const description = element('p', { class: 'inspector__description', text: inWords('You write a row. Its trigger notifies the relay. The relay reads the log, and the event appears here.') })
  const back = element('button', { class: 'inspector__back', type: 'button', on: { click: () => choose(null) } }, symbol('back'), inWords('All rows'))
  const shut = element('button', { class: 'inspector__close', type: 'button', 'aria-label': inWords('Close the inspector'), title: inWords('Close (Esc)'), on: { click: close } }, symbol('close'))
  const reason = createTopologyReason({ topologyReason, words: reasonInTerms, class: 'inspector__description' })
  const seat = createSeatPane({ retryConnection })
  const traces = element('ul', { class: 'inspector__traces' })
  const more = element('button', { class: 'inspector__more', type: 'button', on: { click: () => { all = !all; draw() } } })
  const found = element('section', { class: 'inspector__found', 'aria-label': inWords('Connections') }, element('h3', { class: 'caps', text: inWords('Connections') }), traces, more)
  const entryList = element('ol', { class: 'inspector__entries' })
  const nothing = element('p', { class: 'inspector__nothing', text: inWords('Nothing yet. The next row appears here.') })
  const rows = element('section', { class: 'inspector__rows', 'aria-label': inWords('Rows and notifications') }, element('h3', { class: 'caps', text: inWords('Rows and notifications') }), nothing, entryList)
  const psql = element('code', { class: 'inspector__sql', tabindex: '0', lang: 'en', dir: 'ltr' })
  const copied = element('span', { class: 'visually-hidden', role: 'status' })
  const copy = element('button', { class: 'inspector__copy', type: 'button', 'aria-label': inWords('Copy this line'), title: inWords('Copy'), on: { click: copyStatement } }, symbol('copy'))
  const root = element('section', { class: 'inspector', 'aria-label': inWords('Inspector'), hidden: true },
    element('header', { class: 'inspector__head' }, element('div', {}, title, description, reason.element, back), shut),
    element('div', { class: 'inspector__scroll scrolls' }, seat.element, found, rows),
    element('footer', { class: 'inspector__psql' }, element('span', { class: 'caps', text: inWords('the same in psql') }), psql, copy, copied))

  const traceList = keyed(traces, { key: (/** @type {Trace} */ trace) => trace.peer_id ?? '', create: () => createTrace(choose), fades: false })
  const shownEntries = keyed(entryList, { key: (/** @type {import('../../room/inspector.js').Entry} */ entry) => entry.id, create: () => createEntry(nameOf), fades: false })

  function nameOf(/** @type {import('./inspector_words.js').Who} */ { user_id, peer_id, username }) {
    /** @type {{ me?: boolean, username: string }|undefined} */ const one = [...(roomSession?.people ?? []), ...(roomSession?.nodes ?? [])].find((person) => person.user_id === user_id || (peer_id && person.peer_id === peer_id))
    if (one?.me) return inWords('you')
    const traced = roomSession?.traces.find((trace) => trace.user_id === user_id || (peer_id && trace.peer_id === peer_id))
    return one?.username ?? traced?.username ?? username ?? (user_id ? inWords('user {user_id}', { user_id: String(user_id) }) : inWords('someone who left'))
  }

  function draw() {
    if (!open || !roomSession) return
    const person = chosen === null ? null : ([...roomSession.people, ...nodesOf(roomSession)].find((one) => one.user_id === chosen) ?? null)
    /** @type {Set<string|null>} */ const here = new Set([...roomSession.people, ...roomSession.nodes].map(({ peer_id }) => peer_id))
    const wantedTraces = roomSession.traces.filter((trace) => here.has(trace.peer_id) && (chosen === null || trace.user_id === chosen))
    const entries = roomSession.entries.filter((entry) => !person || involves(entry, person)).slice(-SHOWN).reverse()
    seat.update(person)
    void reason.update(roomSession)
    title.hidden = description.hidden = person !== null
    back.hidden = person === null
    found.hidden = wantedTraces.length === 0
    drawTraces(wantedTraces)
    shownEntries.update(entries)
    nothing.hidden = entries.length > 0
    say(psql, inPsql(roomSession.room_id, person))
  }

  /** Nodes have seats and signals, too. */
  const nodesOf = (/** @type {ShownRoomSession} */ { nodes, route }) => nodes.map((node) => ({ ...node, connection: /** @type {Person['connection']} */ (node.user_id !== route?.node?.user_id ? 'none' : route.connected ? 'connected' : 'waiting') }))

  /** Only the newest that were answered, so that the rows below can be seen. */
  function drawTraces(/** @type {Trace[]} */ wantedTraces) {
    const answered = (/** @type {Trace} */ trace) => Number(trace.answered_at !== null)
    const sorted = [...wantedTraces].sort((a, b) => answered(b) - answered(a) || Number(b.offered_at) - Number(a.offered_at))
    const few = sorted.filter((trace, index) => index === 0 || (index < TRACES && answered(trace)))
    traceList.update(all ? sorted : few)
    more.hidden = sorted.length === few.length
    say(more, all ? inWords('Show fewer') : inWords('Show all {count}', { count: sorted.length }))
  }

  async function copyStatement() {
    try {
      await navigator.clipboard.writeText(psql.textContent ?? '')
      say(copied, inWords('Copied.'))
      copy.replaceChildren(symbol('check'))
      setTimeout(() => copy.replaceChildren(symbol('copy')), shownFor(COPIED_SHOWN))
    } catch {
      // this page may not use the clipboard: select the text
      getSelection()?.selectAllChildren(psql)
    }
  }

  function choose(/** @type {number|null} */ user_id) {
    chosen = user_id
    draw()
    if (open) (user_id === null ? title : seat.heading).focus({ preventScroll: true })
  }

  return {
    element: root,
    show(/** @type {boolean} */ shown) {
      open = shown
      root.hidden = !shown
      if (!shown) chosen = null
      reason.again()
      draw()
      if (shown) title.focus({ preventScroll: true })
    },
    choose,
    update(/** @type {ShownRoomSession|null} */ latest) {
      if (roomSession?.room_id !== latest?.room_id) chosen = null
      roomSession = latest
      draw()
    },
  }
}
