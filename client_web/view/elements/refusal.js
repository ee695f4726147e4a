import { problemFrom } from '../../signaling/problem.js'
import { element, say } from './element.js'
import { problemInWords } from './problem_words.js'

/**
 * The place beside a control where a refusal is shown.
 * @param {string} [className]
 */
export function createRefusal(className = 'refusal') {
  const root = element('p', { class: className, role: 'alert', hidden: true })

  /** @param {string|null} text */
  function show(text) {
    root.hidden = !text
    say(root, text ?? '')
  }

  return {
    element: root,
    say: show,
    /**
     * Runs an action and shows its refusal. Other errors are bugs and are thrown again.
     * @param {() => Promise<unknown>} action @returns {Promise<boolean>} whether it succeeded
     */
    async attempt(action) {
      show(null)
      try {
        await action()
        return true
      } catch (problem) {
        show(problemInWords(problemFrom(problem)))
        return false
      }
    },
  }
}
