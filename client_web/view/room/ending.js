import { element, say } from '../elements/element.js'
import { endingInWords } from '../elements/words.js'

/** @import { VisitState } from '../../room/visit_state.js' */

/**
 * How a visit ended, and the way back.
 * @param {{ again: () => void }} acts
 */
export function createEnding({ again }) {
  const title = element('h2', { class: 'ending__title' })
  const word = element('blockquote', { class: 'ending__word' })
  const advice = element('p', { class: 'ending__advice quiet' })
  const retry = element('button', { class: 'button', type: 'button', on: { click: () => again() } })
  const root = element('div', { class: 'ending', role: 'status', hidden: true },
    title, word, advice, element('div', { class: 'ending__ways' }, element('a', { class: 'button button--action', href: '/', text: 'Back to the hallway' }), retry))
  return {
    element: root,
    /** @param {VisitState|null} visit  null hides it @param {boolean} titled  whether the title has to be said here */
    update(visit, titled) {
      root.hidden = visit === null || visit.reason === 'left'
      if (root.hidden || visit === null) return
      const words = endingInWords(visit)
      say(title, words.title)
      title.hidden = !titled
      say(word, words.word ?? '')
      word.hidden = !words.word
      say(advice, words.advice)
      retry.hidden = words.again === null
      say(retry, words.again ?? '')
    },
  }
}
