import { element } from '../elements/element.js'
import { keyed } from '../elements/keyed.js'
import { symbol } from '../elements/symbol.js'
import { connectionProblemInWords } from './connection_words.js'

/** @import { ConnectionProblem } from '../../room/connection_problems.js' */

const SHOWN = 2 // one cause concerns many connections: the newest say enough

/** What is wrong with the connections, above the people. */
export function createConnectionProblems() {
  const list = element('ul', { class: 'connection-problems', 'aria-live': 'polite', 'aria-label': 'Connection problems' })
  const problems = keyed(list, { key: (/** @type {ConnectionProblem} */ problem) => problem.id, create: createProblem })
  return {
    element: list,
    /** @param {readonly ConnectionProblem[]} all  newest last */
    update(all) {
      problems.update(all.slice(-SHOWN))
      list.hidden = all.length === 0
    },
  }
}

function createProblem(/** @type {ConnectionProblem} */ problem) {
  return { element: element('li', { class: 'connection-problems__one' }, symbol('warning'), element('span', { text: connectionProblemInWords(problem) })), update() {} }
}
