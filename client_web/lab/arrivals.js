import { element, say } from '../view/elements/element.js'
import { keyed } from '../view/elements/keyed.js'
import { duration } from '../view/elements/words.js'
import { inWords } from '../words/language.js'
import { TECHNIQUES, happened } from './words.js'

/** @import { Json } from '../signaling/json.js' */

const SHOWN = 6

/** @typedef {{ seq: number, event: Json, arrivals: Map<string, number>, seats: Map<string, number> }} Arrived */

/** The arrivals of each event in all lanes. The length of a bar is the square root of the latency, so that 3 ms can be seen beside 900 ms. @param {string[]} names */
export function createArrivals(names) {
  /** @type {Map<number, Omit<Arrived, 'seats'>>} */ const events = new Map()
  const list = element('ol', { class: 'arrivals__events' })
  const nothing = element('p', { class: 'quiet arrivals__nothing', text: inWords('Nothing has happened yet. Press “Cause an event”, enter the room in another tab, or change a row in psql.') })
  const shown = keyed(list, { key: (/** @type {Arrived} */ { seq }) => seq, create: () => createEvent(names), fades: false })

  return {
    element: element('div', { class: 'arrivals' }, nothing, list),
    /** @param {string} name @param {Json} event @param {number} ms */
    arrived(name, event, ms) {
      const one = events.get(event.seq) ?? { seq: event.seq, event, arrivals: new Map() }
      one.arrivals.set(name, ms)
      events.set(event.seq, one)
      for (const seq of [...events.keys()].sort((a, b) => b - a).slice(SHOWN)) events.delete(seq)
    },
    /** @param {Map<string, number>} seats  since which place in the log each lane is in the room */
    draw(seats) {
      const newest = [...events.values()].sort((a, b) => b.seq - a.seq).map((one) => ({ ...one, seats }))
      nothing.hidden = newest.length > 0
      shown.update(newest)
    },
    clear() {
      events.clear()
    },
  }
}

function createEvent(/** @type {string[]} */ names) {
  const title = element('p', { class: 'arrivals__title' })
  const bars = new Map(
    names.map((name) => {
      const bar = element('span', { class: 'arrivals__bar' })
      const late = element('span', { class: 'arrivals__late' })
      const row = element('li', { class: `arrivals__lane lane--${name}` }, element('span', { class: 'arrivals__name', text: TECHNIQUES[name].title }), element('span', { class: 'arrivals__track' }, bar), late)
      return /** @type {const} */ ([name, { row, bar, late }])
    }),
  )
  return {
    element: element('li', { class: 'arrivals__event' }, title, element('ul', { class: 'arrivals__lanes' }, ...[...bars.values()].map(({ row }) => row))),
    update(/** @type {Arrived} */ { seq, event, arrivals, seats }) {
      say(title, `${seq} · ${happened(event)}`)
      const most = Math.max(50, ...arrivals.values())
      for (const [name, { row, bar, late }] of bars) {
        const ms = arrivals.get(name)
        row.dataset.arrived = String(ms !== undefined)
        bar.style.setProperty('--late', ms === undefined ? '0' : String(Math.sqrt(ms / most)))
        say(late, ms !== undefined ? duration(ms) : seq <= (seats.get(name) ?? Infinity) ? inWords('joined later') : inWords('not yet'))
      }
    },
  }
}
