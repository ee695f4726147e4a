import { problemFrom } from '../../signaling/problem.js'
import { element, say } from './element.js'
import { problemInWords } from './words.js'

/**
 * The place beside a control where a refusal is said, in the words of the relay or the database.
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
     * Does something that may be refused. What is not a refusal is a mistake of ours, and stays one.
     * @param {() => Promise<unknown>} action @returns {Promise<boolean>} whether it was done
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
