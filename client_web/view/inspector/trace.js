import { element, say } from '../elements/element.js'
import { timeline } from './timeline.js'
import { duration } from '../elements/words.js'

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
      say(who, latest.mine ? `you → ${latest.username}` : `${latest.username} → you`)
      say(total, connectedInWords(latest))
      timelinePlace.replaceChildren(timeline([
        { name: 'offer', reached: latest.offered_at !== null },
        { name: 'answer', reached: latest.answered_at !== null, ms: latest.answer_ms },
        { name: 'connected', reached: latest.connected_at !== null, ms: latest.connect_ms },
      ]))
      say(about, aboutInWords(latest))
    },
  }
}

/** "connected in 40 ms", or the present state. @param {Trace} trace */
export function connectedInWords({ total_ms, state }) {
  if (total_ms !== null) return `connected in ${duration(total_ms)}`
  return state === 'waiting' ? 'no answer yet' : state
}

function aboutInWords(/** @type {Trace} */ { candidates_sent, candidates_received, restarts, path, state, total_ms }) {
  const parts = [`${candidates_sent} ${candidates_sent === 1 ? 'candidate' : 'candidates'} sent, ${candidates_received} received`]
  if (path) parts.push(`${path.local} – ${path.remote}`)
  if (restarts > 0) parts.push(`${restarts} restart${restarts === 1 ? '' : 's'}`)
  if (total_ms !== null && state !== 'connected') parts.push(state)
  return parts.join(' · ')
}
