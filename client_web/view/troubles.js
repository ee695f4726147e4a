import { element } from './element.js'
import { keyed } from './keyed.js'
import { symbol } from './symbol.js'

const SHOWN = 2 // one cause, many connections: the newest say enough

/** What is wrong with the connections, in words, where the people are. */
export function createTroubles() {
  const list = element('ul', { class: 'troubles', 'aria-live': 'polite', 'aria-label': 'Connection problems' })
  const troubles = keyed(list, { key: (trouble) => trouble.id, create })
  return {
    element: list,
    /** @param {{id: number, message: string}[]} all  newest last */
    update(all) {
      troubles.update(all.slice(-SHOWN))
      list.hidden = all.length === 0
    },
  }
}

function create({ message }) {
  return { element: element('li', { class: 'troubles__one' }, symbol('trouble'), element('span', { text: message })), update() {} }
}
