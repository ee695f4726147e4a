import { addressOfClub, addressOfPerson } from '../../addresses.js'
import { createMemory } from '../../media/memory.js'
import { createCard } from './card.js'
import { element, mark, say } from '../elements/element.js'
import { createInteraction } from '../elements/interaction.js'
import { keyed } from '../elements/keyed.js'
import { createLanguageChoice } from '../elements/language_choice.js'
import { createFound } from './found.js'
import { addedInWords, failureInWords, foundInWords, moreInWords } from './hallway_words.js'
import { matches, keptInPlace, isOrder, inOrder } from './order.js'
import { symbol } from '../elements/symbol.js'
import { problemInWords } from '../elements/problem_words.js'
import { inWords } from '../../words/language.js'
import { together } from '../elements/words.js'

/**
 * @import { ListedRoom } from '../../room/hallway.js'
 * @import { RoomSearch } from '../../room/more_rooms.js'
 */

const SORTED_FROM = 2 // a single room has no order
const MINUTE = 60_000
const ORDERS = [['busiest', inWords('Busiest')], ['newest', inWords('Newest')], ['name', inWords('By name')]]
const SECTIONS = [['followed', inWords('You follow')], ['open', inWords('Open rooms')], ['scheduled', inWords('Scheduled')]]

/**
 * @typedef {{ rooms: readonly ListedRoom[], loading: boolean, connection: string, problem: import('../../signaling/problem.js').Problem|null,
 *             seated_in: number|null, me: number|null, reminders: ReadonlySet<number>, blocks?: ReadonlySet<number>, people: import('../../room/followed_people.js').PeopleHere, more: number, pages: boolean, search: RoomSearch }} Shown  people: those whom I follow; more: how many rooms are not in the list; pages: whether they can be read in pages; search: for rooms, clubs and people
 * @typedef {import('./order.js').Entry & Parameters<ReturnType<typeof createCard>['update']>[0]} CardEntry
 */

const tryAgain = (/** @type {() => void} */ retry) => element('button', { class: 'button', type: 'button', text: inWords('Try again'), on: { click: () => retry() } })

/**
 * The hallway: who is in which room now, and which rooms are scheduled.
 * @param {{ start: () => void, toggleFollow: (row: ListedRoom) => void, toggleReminder: (row: ListedRoom) => void, retry: () => void,
 *           moreRooms: () => Promise<readonly number[]|undefined>, findRooms: (text: string) => void, findRoomsAgain: () => void, announce: (words: string) => void }} actions
 */
export function createHallway(actions) {
  /** @type {Shown|null} */ let model = null
  /** @type {import('./order.js').Entry[]} */ let shown = []
  let reading = false
  /** @type {readonly number[]|undefined} */ let added // the page of rooms that was read and is to be drawn

  const heading = element('h1', { class: 'visually-hidden', tabindex: '-1', text: inWords('Hallway') })
  const search = element('input', { type: 'search', placeholder: inWords('Find'), 'aria-label': inWords('Find rooms, clubs and people'), autocomplete: 'off', on: { input: find } })
  const searching = element('label', { class: 'search hallway__find' }, symbol('search'), search)
  const begin = element('button', { class: 'button button--action', type: 'button', on: { click: actions.start } }, symbol('plus'), inWords('Start a room'))
  const order = element('select', { class: 'hallway__order', 'aria-label': inWords('Sort rooms'), on: { change: sort } }, ...ORDERS.map(([value, text]) => element('option', { value, text })))
  const ordering = element('label', { class: 'hallway__sort' }, symbol('sort'), order)
  const connection = element('p', { class: 'hallway__connection', role: 'status' })
  const refusal = element('p', { class: 'hallway__refusal', role: 'alert', hidden: true })
  const sections = SECTIONS.map(([name, title]) => createSection(name, title))
  const roomSections = element('div', { class: 'hallway__sections' }, ...sections.map((section) => section.element))
  const clubs = createFound(inWords('Clubs'), { addressOf: ({ id }) => addressOfClub(id), about: ({ about }) => about ?? '' })
  const people = createFound(inWords('People'), { addressOf: ({ name }) => addressOfPerson(name), about: aboutPerson, faces: true })
  const nothing = element('div', { class: 'hallway__nothing' })
  const waiting = element('div', { class: 'hallway__waiting', 'aria-hidden': 'true' }, ...[1, 2, 3].map(() => element('div', { class: 'card card--waiting' }, element('i'), element('i'), element('i'))))
  const moreWords = element('p', { class: 'quiet' })
  const showButton = element('button', { class: 'button', type: 'button', text: inWords('Show more'), on: { click: showMore } })
  const more = element('div', { class: 'hallway__more', hidden: true }, moreWords, showButton)
  const found = element('p', { class: 'visually-hidden', role: 'status' })
  const failure = element('p', { class: 'hallway__failure', role: 'alert', hidden: true })
  const scroll = element('div', { class: 'hallway__scroll scrolls' }, connection, refusal, failure, ordering, found, roomSections, clubs.element, people.element, more, waiting, nothing, createLanguageChoice())
  const root = element('div', { class: 'hallway' }, heading, element('div', { class: 'hallway__tools' }, searching, begin), scroll)
  root.addEventListener('keydown', walk)
  const interaction = createInteraction(roomSections, draw)
  const memory = createMemory('roomtone.order')
  const { order: remembered = null } = memory.recall()
  order.value = isOrder(remembered) ? remembered : 'busiest'
  // Texts like "in 25 minutes" change with time.
  setInterval(() => model?.rooms.some((row) => row.scheduled) && !document.hidden && draw(), MINUTE / 2)

  /** @param {string} name @param {string} title */
  function createSection(name, title) {
    const words = element('h2', { class: 'caps hallway__section', text: title })
    const cards = element('ul', { class: 'hallway__cards' })
    const rows = keyed(cards, { key: (/** @type {CardEntry} */ entry) => entry.row.id, create: () => createCard(actions) })
    const section = element('section', { 'aria-label': title }, words, cards)
    return {
      element: section,
      update(/** @type {CardEntry[]} */ entries) {
        const shown_here = entries.filter((entry) => entry.section === name)
        section.hidden = shown_here.length === 0
        rows.update(shown_here)
      },
    }
  }

  const chosenOrder = () => (isOrder(order.value) ? order.value : 'busiest')

  function sort() {
    memory.keep({ order: order.value })
    shown = [] // sort again, even while the list is used
    draw()
  }

  function find() {
    actions.findRooms(search.value.trim())
    draw()
  }

  /** While something is searched for, the arrow keys go from the field to the results, and through them. @param {KeyboardEvent} event */
  function walk(event) {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (!step || !search.value.trim()) return
    const links = /** @type {HTMLElement[]} */ ([...scroll.querySelectorAll('.card__link[href], .found__link')]).filter((link) => link.checkVisibility())
    const stops = [search, ...links]
    const next = stops[stops.indexOf(/** @type {HTMLInputElement} */ (document.activeElement)) + step]
    if (!next || !stops.includes(/** @type {HTMLInputElement} */ (document.activeElement))) return
    event.preventDefault()
    next.focus()
  }

  /** Where someone is whom I follow, or what they write about themselves. @param {import('../../room/more_rooms.js').Found} one */
  function aboutPerson({ id, about }) {
    const rooms = model?.people.get(id)?.rooms.flatMap((room) => model?.rooms.find((row) => row.id === room)?.name ?? []) ?? []
    return rooms.length ? inWords('Now in {names}', { names: together(rooms) }) : (about ?? '')
  }

  /** Reads the next page of rooms. */
  async function showMore() {
    if (reading) return
    reading = true
    added = await actions.moreRooms()
    reading = false
  }

  /** A page of rooms is drawn: the focus goes to the first of them. */
  function reveal(/** @type {readonly number[]} */ ids, /** @type {Shown} */ { more: left, pages }) {
    const keys = new Set(ids.map(String))
    const cards = /** @type {HTMLElement[]} */ ([...roomSections.querySelectorAll('.card[data-key]')]).filter(({ dataset }) => keys.has(dataset.key ?? ''))
    if (cards.length === 0) return
    added = undefined
    cards[0].querySelector('a')?.focus()
    actions.announce(addedInWords(cards.length, left, pages))
  }

  function draw() {
    if (!model) return
    const { rooms, loading, reminders, blocks, seated_in, me } = model
    const wanted = search.value.trim()
    shown = interaction.active && shown.length > 0 ? keptInPlace(shown, rooms, chosenOrder()) : inOrder(rooms, chosenOrder())
    const entries = shown
      .filter((entry) => !wanted || model?.search.rooms.has(entry.row.id) || matches(entry.row, wanted))
      .map((entry) => ({ ...entry, here: entry.row.id === seated_in, me, reminded: reminders.has(entry.row.id), blocks }))
    for (const section of sections) section.update(entries)
    clubs.update(wanted ? model.search.clubs : [])
    people.update(wanted ? model.search.people : [])
    ordering.hidden = entries.length < SORTED_FROM || entries.every(({ row }) => row.scheduled)
    waiting.hidden = !loading
    mark(roomSections, 'aria-busy', loading ? 'true' : null)
    more.hidden = model.more === 0 || wanted !== ''
    showButton.hidden = !model.pages
    say(moreWords, moreInWords(model.more, model.pages))
    say(found, wanted ? foundInWords(model.search, entries.length) : '')
    drawFailure(model.search)
    drawNothing(model, entries.length + (wanted ? model.search.clubs.length + model.search.people.length : 0), wanted)
    drawConnection(model)
    if (added) reveal(added, model)
  }

  /** @param {Shown} now @param {number} count @param {string} wanted */
  function drawNothing({ loading, search: { phase }, connection: state }, count, wanted) {
    const kind = count > 0 || loading || phase === 'loading' || phase === 'failed' || state === 'ended' ? '' : wanted ? 'unfound' : 'empty'
    nothing.hidden = kind === ''
    if (nothing.dataset.kind === kind) return
    nothing.dataset.kind = kind
    nothing.replaceChildren(...(kind === 'unfound'
      ? [element('p', { class: 'hallway__quiet', text: inWords('Nothing found') }), element('p', { class: 'quiet', text: inWords('No open room, club or person matches. Try fewer letters.') })]
      : [element('p', { class: 'hallway__quiet', text: inWords('No open rooms') }), element('p', { class: 'quiet', text: inWords('Start a room. People will find it here.') })]))
  }

  function drawFailure(/** @type {RoomSearch} */ searched) {
    const failed = searched.phase === 'failed'
    failure.hidden = !failed
    if (failure.childElementCount > 0 === failed) return
    failure.replaceChildren(...(failed ? [element('span', { text: failureInWords(searched) }), tryAgain(actions.findRoomsAgain)] : []))
  }

  function drawConnection(/** @type {Shown} */ { connection: state, problem, loading }) {
    connection.dataset.state = state
    const words = state === 'reconnecting' ? inWords('Reconnecting… what you see may be out of date.')
      : state === 'ended' ? problemInWords(problem ?? { message: inWords('The hallway is not updated any more') })
      : loading ? inWords('Loading the hallway…') : ''
    connection.hidden = words === ''
    if (connection.firstChild?.textContent === words) return
    connection.replaceChildren(element('span', { text: words }))
    if (state === 'ended') connection.append(tryAgain(actions.retry))
  }

  return {
    element: root,
    scroll,
    focus: () => heading.focus({ preventScroll: true }),
    /** The focus goes to the search. @returns {boolean} whether it is visible */
    find() {
      search.focus()
      return search.checkVisibility()
    },
    /** @param {Shown} latest */
    update(latest) {
      const names = /** @type {(keyof Shown)[]} */ (Object.keys(latest))
      const news = model === null || names.some((name) => latest[name] !== model?.[name])
      model = latest
      if (news) draw()
    },
    /** Shows a refusal. @param {string|null} text */
    refuse(text) {
      refusal.hidden = !text
      say(refusal, text ?? '')
    },
  }
}
