import { storageName } from '../addresses.js'
import { createClock } from '../room/clock.js'
import { createRows } from '../signaling/rows.js'
import { newUuid } from '../signaling/uuid.js'
import { element, say } from '../view/elements/element.js'
import { onceBeforeNextFrame } from '../view/elements/next_frame.js'
import { problemInWords } from '../view/elements/problem_words.js'
import { duration } from '../view/elements/words.js'
import { inWords } from '../words/language.js'
import { createRequestCounter } from './request_counter.js'
import { createLane } from './lane.js'
import { createLaneView } from './lane_view.js'
import { createArrivals } from './arrivals.js'
import { meaningsOfArrivals, meaningsOfLanes, meaningsOfRequests } from './meanings.js'
import { createPeers } from './peers.js'
import { createRequestList } from './request_list.js'
import { TECHNIQUES, pace } from './words.js'

/**
 * The lab: four users of its own enter one room, each subscribes to its log by another technique, and the arrivals of events are shown
 * side by side. They use the product's own modules; nothing is simulated.
 */
const NAMES = /** @type {import('./lane.js').LaneState['name'][]} */ (Object.keys(TECHNIQUES))
const SLOWEST = 5000
const FASTEST = 100

const suffix = sessionStorage.getItem(storageName('roomtone.lab')) ?? newUuid().slice(0, 4)
sessionStorage.setItem(storageName('roomtone.lab'), suffix)

const clock = createClock()
const arrivals = createArrivals(NAMES)
const draw = onceBeforeNextFrame(redraw)
const lanes = NAMES.map((name) => createLane({ name, username: `lab ${name} ${suffix}`, clock, onChange: draw, onEvent: arrivals.arrived }))
const [actor] = lanes
const writeCounter = createRequestCounter({ fetch: actor.fetch, onChange: draw })
const rows = createRows({ fetch: writeCounter.fetch })
const views = new Map(NAMES.map((name) => [name, createLaneView(name)]))
const requestLists = new Map(NAMES.map((name) => [name, createRequestList(name)]))
const writeRequests = createRequestList('writes', inWords('The write itself'))
const peers = createPeers({ rows: actor.rows })

const rooms = element('select', { class: 'lab__rooms', id: 'rooms', on: { change: () => attempt(() => enter(Number(rooms.value))) } })
const slider = element('input', { type: 'range', id: 'pace', min: '0', max: '100', value: '59', class: 'lab__slider', on: { input: repace } })
const interval = element('output', { class: 'lab__interval', for: 'pace' })
const costs = element('p', { class: 'quiet lab__costs' })
const cause = element('button', { class: 'button button--action lab__cause', type: 'button', text: inWords('Cause an event'), disabled: true, on: { click: () => attempt(() => actor.causeEvent(rows)) } })
const refusal = element('p', { class: 'lab__refusal', role: 'alert' })
const psql = element('code', { class: 'lab__psql', dir: 'ltr' })

document.title = inWords('The lab · Roomtone')
say(document.querySelector('.skip'), inWords('To the lanes'))
say(document.querySelector('.lab-top .caps'), inWords('The lab'))
document.getElementById('main')?.append(
  element('div', { class: 'lab__head' },
    element('h1', { class: 'lab__title', text: inWords('Four ways to signal, one room') }),
    element('p', { class: 'lab__lead', text: inWords('A signaling server has one task: it informs everybody in a room of what happened. Here four techniques send the same events of one room at the same time. Compare how late each event arrives, and what it costs.') })),
  element('form', { class: 'lab__bench', on: { submit: (event) => event.preventDefault() } },
    element('div', { class: 'lab__field' }, element('label', { for: 'rooms', text: inWords('The room') }), rooms),
    element('div', { class: 'lab__field lab__field--wide' },
      element('span', { class: 'lab__label' }, element('label', { for: 'pace', text: inWords('Polling asks every') }), ' ', interval), slider),
    cause),
  costs,
  refusal,
  element('h2', { class: 'visually-hidden', text: inWords('Four lanes') }),
  element('ul', { class: 'lanes' }, ...[...views.values()].map((view) => view.element)),
  meaningsOfLanes(),
  element('section', { class: 'lab__section' }, element('h2', { class: 'lab__heading', text: inWords('The same event, four arrivals') }),
    element('p', { class: 'quiet', text: inWords('The time from the commit of a row until this page received it. Press “Cause an event”, or run this in psql:') }), psql, arrivals.element, meaningsOfArrivals()),
  element('section', { class: 'lab__section' }, element('h2', { class: 'lab__heading', text: inWords('What just ran') }),
    element('p', { class: 'quiet', text: inWords('The requests of each lane, and the SQL that the relay ran to answer them (from the Server-Timing header, which your browser’s network tools show, too).') }),
    element('div', { class: 'request-lists' }, writeRequests.element, ...[...requestLists.values()].map((view) => view.element)), meaningsOfRequests()),
  element('section', { class: 'lab__section' }, element('h2', { class: 'lab__heading', text: inWords('Other systems') }),
    element('p', { class: 'quiet', text: inWords('The same joins, signals and leaves through systems that others wrote, and through the four techniques, while a lab beside this Roomtone measures them. Each is measured alone, on the same machine.') }), peers.element),
  element('p', { class: 'quiet lab__more' }, inWords('This page counts what a page can see, with one subscriber for each technique. To measure latency under load, bytes on the network, transactions, processor and memory with a hundred subscribers, run this:'), ' ', element('code', { dir: 'ltr', text: 'roomtone lab signaling --html report.html' })),
)

function redraw() {
  for (const lane of lanes) {
    const { state } = lane
    views.get(lane.name)?.update(state)
    requestLists.get(lane.name)?.update(state.counted.asked)
  }
  writeRequests.update(writeCounter.counted.asked)
  arrivals.draw(new Map(lanes.map((lane) => [lane.name, lane.state.seat?.seq])))
  cause.disabled = lanes.some((lane) => lane.state.state !== 'live')
}

function tick() {
  for (const lane of lanes) views.get(lane.name)?.tick(lane.state)
}

/** From 0.1 s to 5 s on a logarithmic scale, rounded to two digits. */
const chosenPace = () => Number((FASTEST * (SLOWEST / FASTEST) ** (Number(slider.value) / 100)).toPrecision(2))

/** @type {ReturnType<typeof setTimeout>|undefined} */ let settling
function repace() {
  const every = chosenPace()
  const words = duration(every)
  say(interval, words)
  slider.setAttribute('aria-valuetext', words)
  say(costs, pace(every))
  clearTimeout(settling)
  settling = setTimeout(() => lanes.forEach((lane) => lane.pace(every)), 200)
}

async function enter(/** @type {number} */ room_id) {
  await Promise.all(lanes.map((lane) => lane.leave()))
  arrivals.clear()
  const address = new URL(location.href)
  address.searchParams.set('room', String(room_id))
  history.replaceState(null, '', address)
  say(psql, `update participants set muted = not muted where room_id = ${room_id} and user_id = (select id from users where username = '${actor.state.username}');`)
  for (const lane of lanes) await lane.join(room_id, lane === actor ? null : 'AUDIENCE')
}

async function attempt(/** @type {() => unknown} */ action) {
  say(refusal, '')
  try {
    await action()
  } catch (problem) {
    say(refusal, problemInWords(problem))
  }
}

async function open() {
  repace()
  redraw()
  await Promise.all(lanes.map((lane) => lane.signIn()))
  const found = await actor.rows.select('hallway', { select: 'id,name,club', order: 'id' })
  if (!found.length) {
    say(refusal, inWords('There is no open room. Start one in the hallway, then come back.'))
    return
  }
  rooms.append(...found.map(({ id, name, club }) => element('option', { value: id, text: club ? inWords('{room} ({club})', { room: name, club }) : name })))
  const wanted = Number(new URLSearchParams(location.search).get('room'))
  const first = found.find(({ id }) => id === wanted) ?? found[0]
  rooms.value = String(first.id)
  lanes.forEach((lane) => lane.pace(chosenPace()))
  await enter(first.id)
}

addEventListener('pagehide', () => lanes.forEach((lane) => lane.leaveAtOnce()))
addEventListener('pageshow', ({ persisted }) => persisted && location.reload())
setInterval(tick, 100)
await attempt(open)
peers.start()
