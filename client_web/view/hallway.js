import { createCard } from './card.js'
import { element, mark, say } from './element.js'
import { createHold } from './hold.js'
import { keyed } from './keyed.js'
import { answers, held, settled } from './order.js'
import { symbol } from './symbol.js'
import { problemInWords } from './words.js'

const SEARCH_FROM = 5 // fewer doors than this are taken in at a glance

/**
 * The hallway: who is in which room, as it is now.
 * @param {{ start: () => void, toggleFollow: (row: object) => void, retry: () => void }} acts
 */
export function createHallway({ start, toggleFollow, retry }) {
  let model = null
  let shown = []

  const search = element('input', { type: 'search', class: 'hallway__search', placeholder: 'Find', 'aria-label': 'Find a room or a person', autocomplete: 'off', on: { input: draw } })
  const searching = element('label', { class: 'hallway__find' }, symbol('search'), search)
  const begin = element('button', { class: 'button button--action', type: 'button', on: { click: start } }, symbol('plus'), 'Start a room')
  const connection = element('p', { class: 'hallway__connection', role: 'status' })
  const refusal = element('p', { class: 'hallway__refusal', role: 'alert', hidden: true })
  const followed = createSection('From clubs you follow')
  const open = createSection('Open to everyone')
  const doors = element('div', { class: 'hallway__doors' }, followed.element, open.element)
  const nothing = element('div', { class: 'hallway__nothing' })
  const waiting = element('div', { class: 'hallway__waiting', 'aria-hidden': 'true' }, ...[1, 2, 3].map(() => element('div', { class: 'card card--waiting' }, element('i'), element('i'), element('i'))))
  const root = element('div', { class: 'hallway' }, element('div', { class: 'hallway__tools' }, searching, begin),
    element('div', { class: 'hallway__scroll' }, connection, refusal, doors, waiting, nothing))
  const hold = createHold(doors, draw)

  function createSection(title) {
    const heading = element('h2', { class: 'caps hallway__section', text: title })
    const cards = element('ul', { class: 'hallway__cards' })
    const rows = keyed(cards, { key: (entry) => entry.row.id, create: () => createCard({ toggleFollow }) })
    const section = element('section', { 'aria-label': title }, heading, cards)
    return {
      element: section,
      update(entries) {
        section.hidden = entries.length === 0
        rows.update(entries)
      },
    }
  }

  function draw() {
    if (!model) return
    const { rooms, loading } = model
    const wanted = search.value.trim()
    shown = hold.held && shown.length > 0 ? held(shown, rooms) : settled(rooms)
    const entries = shown
      .filter((entry) => !wanted || answers(entry.row, wanted))
      .map((entry) => ({ ...entry, here: entry.row.id === model.seated_in, may_follow: model.signed_in }))
    followed.update(entries.filter((entry) => entry.section === 'followed'))
    open.update(entries.filter((entry) => entry.section === 'open'))
    searching.hidden = rooms.length < SEARCH_FROM && !wanted
    waiting.hidden = !loading
    mark(doors, 'aria-busy', loading ? 'true' : null)
    drawNothing(entries.length, wanted)
    drawConnection()
  }

  function drawNothing(count, wanted) {
    const kind = count > 0 || model.loading || model.connection === 'ended' ? '' : wanted ? 'unfound' : 'empty'
    nothing.hidden = kind === ''
    if (nothing.dataset.kind === kind) return
    nothing.dataset.kind = kind
    nothing.replaceChildren(...(kind === 'unfound'
      ? [element('p', { class: 'hallway__quiet', text: 'No such door' }), element('p', { class: 'quiet', text: 'No open room, club or person goes by that. Try fewer letters.' })]
      : [element('p', { class: 'hallway__quiet', text: 'All quiet' }), element('p', { class: 'quiet', text: 'No room is open just now. Start one and leave the door ajar; people will find it here.' })]))
  }

  function drawConnection() {
    const { connection: state, problem, loading } = model
    connection.dataset.state = state
    const words = state === 'reconnecting' ? 'Reconnecting… what you see may be a little old.'
      : state === 'ended' ? problemInWords(problem ?? { message: 'The hallway stopped following along' })
      : loading ? 'Opening the hallway…' : ''
    connection.hidden = words === ''
    if (connection.firstChild?.textContent === words) return
    connection.replaceChildren(element('span', { text: words }))
    if (state === 'ended') connection.append(element('button', { class: 'button', type: 'button', text: 'Try again', on: { click: retry } }))
  }

  return {
    element: root,
    /** @param {{ rooms: object[], loading: boolean, connection: string, problem: object|null, seated_in: number|null, signed_in: boolean }} latest */
    update(latest) {
      const news = model === null || Object.keys(latest).some((name) => latest[name] !== model[name])
      model = latest
      if (news) draw()
    },
    /** What the database refused, said where it was asked. */
    refuse(text) {
      refusal.hidden = !text
      say(refusal, text ?? '')
    },
  }
}
