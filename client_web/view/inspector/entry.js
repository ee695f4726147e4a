import { element } from '../elements/element.js'
import { timeline } from './timeline.js'
import { summaryOf, timeOfDay } from './inspector_words.js'
import { problemInWords } from '../elements/problem_words.js'
import { duration } from '../elements/words.js'
import { inWords } from '../../words/language.js'

/**
 * One row, notification or note in the inspector.
 * @import { Entry } from '../../room/inspector.js'
 * @param {(who: import('./inspector_words.js').Who) => string} nameOf
 */
export function createEntry(nameOf) {
  /** @type {Entry|null} */ let drawn = null
  const head = element('p', { class: 'entry__head' })
  const summary = element('p', { class: 'entry__summary' })
  const total = element('p', { class: 'entry__total' })
  const timelinePlace = element('div')
  const made = element('li', { class: 'entry' }, head, element('div', { class: 'entry__line' }, summary, total), timelinePlace)
  const row = createRow()

  return {
    element: made,
    update(/** @type {Entry} */ entry) {
      if (entry === drawn) return // entries are frozen and do not change
      drawn = entry
      made.dataset.kind = entry.problem ? 'problem' : entry.kind
      if ('table' in entry) made.dataset.table = entry.table
      head.replaceChildren(...headOf(entry))
      summary.textContent = entry.problem ? problemInWords(entry.problem) : summaryOf(entry, nameOf)
      total.textContent = totalOf(entry)
      timelinePlace.replaceChildren(...timelineOf(entry))
      const content = entry.kind === 'write' ? entry.rows : entry.kind === 'event' ? (entry.record ?? entry.old_record) : null
      if (content) {
        row.show(content)
        if (!row.element.isConnected) made.append(row.element)
      }
    },
  }
}

function headOf(/** @type {Entry} */ entry) {
  const time = element('time', { class: 'entry__time', text: timeOfDay(entry.at) })
  if (entry.kind === 'stream') return [element('b', { text: inWords('stream') }), time]
  if (entry.kind === 'note') return [element('b', { text: inWords('note') }), time]
  const what = element('span', { class: 'entry__what', lang: 'en', dir: 'ltr' }, element('b', { text: `${entry.kind === 'write' ? entry.method : entry.type} ` }), element('span', { class: 'entry__table', text: entry.table }))
  const whose = element('span', { class: 'entry__whose', text: entry.kind === 'write' ? inWords('you wrote') : inWords('log {seq}', { seq: String(entry.seq) }) })
  return [what, whose, time]
}

/** "seen in 4 ms": how long it took, if known. @param {Entry} entry */
function totalOf(entry) {
  if (entry.kind === 'event') return inWords('seen in {time}', { time: duration(entry.seen_ms) })
  if (entry.kind !== 'write') return ''
  if (entry.seen_ms !== null) return inWords('back in {time}', { time: duration(entry.seen_ms) })
  return entry.status ? inWords('{status} in {time}', { status: String(entry.status), time: duration(entry.ms) }) : inWords('on its way…')
}

function timelineOf(/** @type {Entry} */ entry) {
  if (entry.kind === 'event' && entry.notify_ms !== null) {
    const { notify_ms, stream_ms } = entry
    return [timeline([
      { name: inWords('row'), reached: true },
      { name: inWords('notified'), reached: true, ms: notify_ms },
      { name: inWords('seen'), reached: true, ms: stream_ms },
    ])]
  }
  if (entry.kind !== 'write' || entry.seen_ms === null || entry.ms === null) return []
  const { status, ms, seen_ms } = entry
  // The event often arrives before the answer to the POST: the steps are sorted by time.
  const [first, second] = [{ name: inWords('answer {status}', { status: String(status) }), at: ms }, { name: inWords('back by the log'), at: seen_ms }].sort((a, b) => a.at - b.at)
  return [timeline([
    { name: inWords('sent'), reached: true },
    { name: first.name, reached: true, ms: first.at },
    { name: second.name, reached: true, ms: second.at - first.at },
  ])]
}

/** The row as JSON, written only when it is opened: an SDP is long. */
function createRow() {
  /** @type {unknown} */ let content = null
  const text = element('pre', { class: 'entry__row', lang: 'en', dir: 'ltr', tabindex: '0' })
  const details = element('details', { class: 'entry__details', on: { toggle: draw } }, element('summary', { text: inWords('the row') }), text)
  function draw() {
    if (details.open) text.textContent = JSON.stringify(content, null, 2)
  }
  return {
    element: details,
    show(/** @type {unknown} */ latest) {
      content = latest
      draw()
    },
  }
}
