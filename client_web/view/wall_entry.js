import { element } from './element.js'
import { stations } from './stations.js'
import { storyOf, timeOfDay } from './wall_words.js'
import { duration, problemInWords } from './words.js'

/**
 * One row, bell or remark on the glass wall.
 * @param {(who: object) => string} nameOf
 */
export function createWallEntry(nameOf) {
  let drawn = null
  const head = element('p', { class: 'pane__head' })
  const story = element('p', { class: 'pane__story' })
  const way = element('div')
  const made = element('li', { class: 'pane' }, head, story, way)
  const row = createRow()

  return {
    element: made,
    update(entry) {
      if (entry === drawn) return // entries are frozen: the same one says the same
      drawn = entry
      made.dataset.kind = entry.problem ? 'problem' : entry.kind
      if (entry.table) made.dataset.table = entry.table
      head.replaceChildren(...headOf(entry))
      story.textContent = entry.problem ? problemInWords(entry.problem) : storyOf(entry, nameOf)
      way.replaceChildren(...wayOf(entry))
      const content = entry.kind === 'write' ? entry.rows : entry.kind === 'event' ? (entry.record ?? entry.old_record) : null
      if (content) {
        row.show(content)
        if (!row.element.isConnected) made.append(row.element)
      }
    },
  }
}

function headOf(entry) {
  const time = element('time', { class: 'pane__time', text: timeOfDay(entry.at) })
  if (entry.kind === 'stream') return [element('b', { text: 'stream' }), time]
  if (entry.kind === 'note') return [element('b', { text: 'note' }), time]
  const what = element('span', { class: 'pane__what' }, element('b', { text: `${entry.kind === 'write' ? entry.method : entry.type} ` }), element('span', { class: 'pane__table', text: entry.table }))
  const whose = element('span', { class: 'pane__whose', text: entry.kind === 'write' ? 'you wrote' : `log ${entry.seq}` })
  return [what, whose, time]
}

function wayOf(entry) {
  if (entry.kind === 'event') {
    const total = element('span', { class: 'pane__total', text: `seen in ${duration(entry.seen_ms)}` })
    if (entry.bell_ms === null) return [total]
    return [stations([
      { name: 'row', reached: true },
      { name: 'bell', reached: true, ms: entry.bell_ms },
      { name: 'seen', reached: true, ms: entry.stream_ms },
    ]), total]
  }
  if (entry.kind !== 'write') return []
  const back = entry.seen_ms !== null
  const total = element('span', { class: 'pane__total', text: back ? `back in ${duration(entry.seen_ms)}` : entry.status ? `${entry.status} in ${duration(entry.ms)}` : 'on its way…' })
  if (!back || entry.ms === null) return [total]
  // The log often wins the race against the answer to the POST: the stations stand in the order they were reached.
  const reached = [{ name: `answer ${entry.status}`, at: entry.ms }, { name: 'back by the log', at: entry.seen_ms }].sort((a, b) => a.at - b.at)
  return [stations([
    { name: 'sent', reached: true },
    { name: reached[0].name, reached: true, ms: reached[0].at },
    { name: reached[1].name, reached: true, ms: reached[1].at - reached[0].at },
  ]), total]
}

/** The row itself, written out when somebody opens it and not before: an SDP is long. */
function createRow() {
  let content = null
  const text = element('pre', { class: 'pane__row', tabindex: '0' })
  const details = element('details', { class: 'pane__details', on: { toggle: draw } }, element('summary', { text: 'the row' }), text)
  function draw() {
    if (details.open) text.textContent = JSON.stringify(content, null, 2)
  }
  return {
    element: details,
    show(latest) {
      content = latest
      draw()
    },
  }
}
