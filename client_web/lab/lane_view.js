import { element, mark, say } from '../view/elements/element.js'
import { duration } from '../view/elements/words.js'
import { problemInWords } from '../view/elements/problem_words.js'
import { inWords, number } from '../words/language.js'
import { TECHNIQUES, bytes, seconds } from './words.js'

/** @type {Record<string, string>} */
const STATES = {
  idle: inWords('not in a room'),
  connecting: inWords('connecting'),
  live: inWords('following'),
  reconnecting: inWords('trying again'),
  ended: inWords('ended'),
}

/** One lane: what the technique is, its clock, and its counters. @param {string} name */
export function createLaneView(name) {
  const { title, how, description, cost } = TECHNIQUES[name]
  const latency = element('p', { class: 'lane__latency' })
  const median = element('p', { class: 'lane__median' })
  const clock = element('p', { class: 'lane__clock' })
  const hand = element('span', { class: 'lane__hand' })
  const figures = { requests: figure(inWords('requests')), bytes: figure(inWords('bytes came')), empty: figure(inWords('empty answers')) }
  const made = element(
    'li',
    { class: `lane lane--${name}` },
    element('h3', { class: 'lane__title' }, title, element('span', { class: 'lane__how', text: how })),
    element('p', { class: 'lane__description', text: description }),
    element('div', { class: 'lane__face' }, latency, median),
    element('div', { class: 'lane__dial', 'aria-hidden': 'true' }, hand),
    clock,
    element('dl', { class: 'lane__figures' }, ...Object.values(figures).map(({ element: each }) => each)),
    element('p', { class: 'lane__cost', text: cost }),
  )

  return {
    element: made,
    update(/** @type {import('./lane.js').LaneState} */ { state, problem, counted, latency: last, median: middle }) {
      mark(made, 'data-state', state)
      say(latency, last === null ? '–' : duration(last))
      say(median, problem ? problemInWords(problem) : last === null ? inWords('no event yet') : inWords('last event · median {time}', { time: duration(middle) }))
      figures.requests.say(number.format(counted.requests))
      figures.bytes.say(bytes(counted.bytes))
      figures.empty.say(number.format(counted.empty))
    },
    /** Updates the clock. */
    tick(/** @type {import('./lane.js').LaneState} */ { state, begun, next_at, every }) {
      if (state !== 'live') {
        say(clock, STATES[state])
        hand.style.setProperty('--turn', '0')
      } else if (next_at === null) {
        say(clock, name === 'long-polling' ? inWords('the relay keeps a request open') : inWords('open for {time}', { time: duration(performance.now() - begun) }))
        hand.style.setProperty('--turn', '1')
      } else {
        const left = Math.max(0, next_at - performance.now())
        say(clock, left ? inWords('asks again in {time}', { time: seconds(left) }) : inWords('is asking'))
        hand.style.setProperty('--turn', String(1 - left / every))
      }
    },
  }
}

function figure(/** @type {string} */ words) {
  const value = element('dd', { text: '0' })
  return { element: element('div', {}, element('dt', { text: words }), value), say: (/** @type {string} */ text) => say(value, text) }
}
