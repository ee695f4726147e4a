import { element, say } from './element.js'
import { problemInWords } from './words.js'

/**
 * The place beside a control where a refusal is said, in the words of the relay or the database.
 * @param {string} [className]
 */
export function createRefusal(className = 'refusal') {
  const root = element('p', { class: className, role: 'alert', hidden: true })

  /** @param {string|null} text */
  function tell(text) {
    root.hidden = !text
    say(root, text ?? '')
  }

  return {
    element: root,
    say: tell,
    /**
     * Does something that may be refused. What is not a refusal is a mistake of ours, and stays one.
     * @param {() => Promise<unknown>} act @returns {Promise<boolean>} whether it was done
     */
    async attempt(act) {
      tell(null)
      try {
        await act()
        return true
      } catch (problem) {
        if (problem?.name !== 'Problem') throw problem
        tell(problemInWords(problem))
        return false
      }
    },
  }
}
