import { element, mark, say } from '../view/elements/element.js'
import { keyed } from '../view/elements/keyed.js'
import { problemInWords } from '../view/elements/problem_words.js'
import { duration } from '../view/elements/words.js'
import { inWords } from '../words/language.js'
import { laneInWords } from './lane_names.js'
import { meaningsOfPeers } from './meanings.js'
import { bytes } from './words.js'

/** @import { Json } from '../signaling/json.js' */

const EVERY = 2000 // ms

/**
 * The other systems, while `roomtone lab peers --live` measures them: its rows, asked for again and again while the page can be seen.
 * @param {{ rows: ReturnType<typeof import('../signaling/rows.js').createRows> }} options
 */
export function createPeers({ rows }) {
  const list = element('ul', { class: 'peers__list' })
  const state = element('p', { class: 'quiet', role: 'status' })
  const command = element('code', { class: 'lab__psql', dir: 'ltr', text: 'roomtone lab peers --quick --live' })
  const problem = element('p', { class: 'lab__refusal' })
  const shown = keyed(list, { key: (/** @type {Json} */ { place }) => place, create: createPeer, fades: false })

  async function ask() {
    try {
      if (!document.hidden) draw(await rows.select('lab_progress', { order: 'place' }))
      say(problem, '')
    } catch (error) {
      say(problem, problemInWords(error))
    } finally {
      setTimeout(ask, EVERY)
    }
  }

  function draw(/** @type {Json[]} */ lanes) {
    const ended = lanes.length > 0 && lanes[0].run_ended
    const running = lanes.length > 0 && !ended
    state.hidden = command.hidden = running
    say(state, running ? '' : ended
      ? inWords('The run that measured this has stopped before its end, and nothing here changes any more. Who runs this Roomtone can start another beside it:')
      : inWords('None of them is measured now. Who runs this Roomtone can start it beside it:'))
    shown.update(lanes)
  }

  return { element: element('div', { class: 'peers' }, state, command, problem, list, meaningsOfPeers()), start: ask }
}

function createPeer() {
  const label = element('h3', { class: 'peers__label', dir: 'auto' })
  const state = element('p', { class: 'peers__state' })
  const figures = {
    join: figure(inWords('join')),
    signal: figure(inWords('signal')),
    server: figure(inWords('server')),
    database: figure(inWords('database')),
    bytes: figure(inWords('bytes')),
    memory: figure(inWords('memory')),
    lost: figure(inWords('lost')),
  }
  const list = element('dl', { class: 'peers__figures' }, ...Object.values(figures).map(({ element: each }) => each))
  return {
    element: element('li', { class: 'peers__peer' }, label, state, list),
    update(/** @type {Json} */ lane) {
      say(label, laneInWords(lane.label))
      say(state, stateOf(lane))
      mark(list, 'hidden', !lane.repetitions && !lane.owed)
      figures.join.say(duration(lane.join_p50) || '–')
      figures.signal.say(duration(lane.signal_p50) || '–')
      figures.server.say(duration(lane.server) || '–')
      figures.database.say(duration(lane.database) || '–')
      figures.bytes.say(lane.bytes === null ? '–' : bytes(Math.round(lane.bytes)))
      figures.memory.say(lane.memory === null ? '–' : bytes(Math.round(lane.memory)))
      figures.lost.say(lane.owed ? inWords('{lost} of {owed}', { lost: lane.lost, owed: lane.owed }) : '–')
    },
  }
}

function stateOf(/** @type {Json} */ { problem, repetitions, owed, age }) {
  if (problem !== null) return repetitions || owed ? inWords('Not measured to its end: {why}', { why: problem }) : inWords('Not measured: {why}', { why: problem })
  if (!repetitions && !owed) return inWords('not measured yet')
  const seconds = Math.max(1, Math.round(age))
  const ago = seconds < 60 ? inWords('{seconds} s', { seconds }) : duration(seconds * 1000)
  return repetitions ? inWords('{count, plural, one {measured once} other {measured # times}}, last {ago} ago', { count: repetitions, ago }) : inWords('only what is lost, {ago} ago', { ago })
}

function figure(/** @type {string} */ words) {
  const value = element('dd', { text: '–' })
  return { element: element('div', {}, element('dt', { text: words }), value), say: (/** @type {string} */ text) => say(value, text) }
}
