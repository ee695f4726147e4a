import { element, say } from '../elements/element.js'
import { timeline } from './timeline.js'
import { duration } from '../elements/words.js'
import { inWords, isolated } from '../../words/language.js'

/** @import { Trace } from '../../room/inspector.js' */

/**
 * How two seats were connected: offer, answer, connected. Choosing it shows its rows.
 * @param {(user_id: number) => void} choose
 */
export function createTrace(choose) {
  /** @type {Trace} */ let trace
  /** @type {Trace|null} */ let drawn = null
  const who = element('button', { class: 'trace__who', type: 'button', on: { click: () => choose(trace.user_id) } })
  const total = element('span', { class: 'trace__total' })
  const timelinePlace = element('div')
  const about = element('p', { class: 'trace__about' })
  const made = element('li', { class: 'trace' }, element('p', { class: 'trace__head' }, who, total), timelinePlace, about)
  return {
    element: made,
    update(/** @type {Trace} */ latest) {
      trace = latest
      if (latest === drawn) return
      drawn = latest
      made.dataset.state = latest.state
      say(who, latest.mine ? inWords('you → {username}', { username: latest.username }) : inWords('{username} → you', { username: latest.username }))
      say(total, connectedInWords(latest))
      timelinePlace.replaceChildren(timeline([
        { name: inWords('offer'), reached: latest.offered_at !== null },
        { name: inWords('answer'), reached: latest.answered_at !== null, ms: latest.answer_ms },
        { name: inWords('connected'), reached: latest.connected_at !== null, ms: latest.connect_ms },
      ]))
      say(about, aboutInWords(latest))
    },
  }
}

/** @type {Record<string, string>} */
const STATES = { waiting: inWords('no answer yet'), connecting: inWords('connecting'), connected: inWords('connected'), reconnecting: inWords('reconnecting'), failed: inWords('failed') }

/** "connected in 40 ms", or the present state. @param {Trace} trace */
export function connectedInWords({ total_ms, state }) {
  if (total_ms !== null) return inWords('connected in {time}', { time: duration(total_ms) })
  return STATES[state] ?? state
}

function aboutInWords(/** @type {Trace} */ { candidates_sent, candidates_received, restarts, path, state, total_ms }) {
  const parts = [inWords('{sent, plural, one {# candidate} other {# candidates}} sent, {received} received', { sent: candidates_sent, received: candidates_received })]
  if (path) parts.push(isolated(`${path.local} – ${path.remote}`))
  if (restarts > 0) parts.push(inWords('{restarts, plural, one {# restart} other {# restarts}}', { restarts }))
  if (total_ms !== null && state !== 'connected') parts.push(STATES[state] ?? state)
  return parts.join(' · ')
}
