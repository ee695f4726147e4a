import { element } from '../elements/element.js'
import { keyed } from '../elements/keyed.js'
import { symbol } from '../elements/symbol.js'

const SHOWN = 2 // one cause, many connections: the newest say enough

/** What is wrong with the connections, in words, where the people are. */
export function createConnectionProblems() {
  const list = element('ul', { class: 'connection-problems', 'aria-live': 'polite', 'aria-label': 'Connection problems' })
  const connectionProblems = keyed(list, { key: (trouble) => trouble.id, create })
  return {
    element: list,
    /** @param {readonly {id: number, message: string}[]} all  newest last */
    update(all) {
      connectionProblems.update(all.slice(-SHOWN))
      list.hidden = all.length === 0
    },
  }
}

function create(/** @type {{ id: number, message: string }} */ { message }) {
  return { element: element('li', { class: 'connection-problems__one' }, symbol('trouble'), element('span', { text: message })), update() {} }
}
