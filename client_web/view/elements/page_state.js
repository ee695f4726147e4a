import { element, say } from './element.js'
import { loadingProblemInWords } from './problem_words.js'
import { inWords } from '../../words/language.js'

/** @import { LookupState } from '../../room/lookup.js' */

/** Shows that a page is loading or could not be loaded, with a button to try again. @param {() => void} reload */
export function createPageState(reload) {
  const words = element('span')
  const again = element('button', { class: 'button', type: 'button', text: inWords('Try again'), on: { click: () => reload() } })
  const root = element('p', { class: 'page__state', role: 'status', hidden: true }, words, again)
  return {
    element: root,
    update(/** @type {Pick<LookupState<unknown, unknown>, 'phase'|'problem'>} */ { phase, problem }) {
      root.hidden = phase === 'ready' || phase === 'missing'
      again.hidden = phase !== 'failed'
      say(words, phase === 'failed' ? loadingProblemInWords(problem) : inWords('Loading…'))
    },
  }
}
