import { element, say } from '../view/elements/element.js'
import { keyed } from '../view/elements/keyed.js'
import { duration } from '../view/elements/words.js'
import { inWords } from '../words/language.js'
import { SHARED, TECHNIQUES, bytes } from './words.js'

/** @typedef {import('./request_counter.js').Asked} Asked */

const SHOWN = 3

/** What is shown instead of a status. @type {Record<string, string>} */
const STATUSES = { 'given-up': inWords('given up'), unanswered: inWords('no answer') }

/** The requests of a lane, newest first, with the SQL that the relay ran for each. @param {string} name @param {string} [title] */
export function createRequestList(name, title = TECHNIQUES[name].title) {
  const list = element('ol', { class: 'requests__list' })
  const shown = keyed(list, { key: (/** @type {Asked} */ { id }) => id, create: createAsked, fades: false })
  const pushed = name === 'sse' || name === 'websocket'
  const after = pushed
    ? element('div', { class: 'requests__shared' }, element('p', { class: 'quiet', text: inWords('Then, once per notification and for all subscribers:') }), element('pre', { class: 'requests__sql', tabindex: '0', dir: 'ltr', text: SHARED }))
    : null
  return {
    element: element('section', { class: `requests lane--${name}` }, element('h3', { class: 'requests__title', text: title }), list, after),
    update: (/** @type {Asked[]} */ asked) => shown.update(asked.slice(0, SHOWN).map((one) => ({ ...one }))),
  }
}

function createAsked() {
  const request = element('code', { class: 'requests__request', dir: 'ltr' })
  const answer = element('p', { class: 'requests__answer quiet' })
  const sql = element('pre', { class: 'requests__sql', tabindex: '0', dir: 'ltr', hidden: true })
  return {
    element: element('li', { class: 'requests__asked' }, request, answer, sql),
    update(/** @type {Asked} */ { text, status, ms, bytes: size, statements }) {
      say(request, readable(text))
      say(answer, ms === null ? (STATUSES[status] ?? String(status)) : inWords('{status} after {time} · {bytes} so far', { status: STATUSES[status] ?? String(status), time: duration(ms), bytes: bytes(size) }))
      sql.hidden = statements.length === 0
      say(sql, statements.map((each) => `${each.text}\n  -- ${duration(each.ms)}`).join('\n'))
    },
  }
}

/** A cursor in an address, without its percent signs. */
const readable = (/** @type {string} */ text) => decodeURIComponent(text)
