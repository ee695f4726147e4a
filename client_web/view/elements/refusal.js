import { problemFrom } from '../../signaling/problem.js'
import { element, say } from './element.js'
import { problemInWords } from './problem_words.js'

/**
 * Runs an action that may be refused. Other errors are bugs and are thrown again.
 * @param {() => unknown} action @returns {Promise<string|null>} the refusal in words; null if there is none
 */
export async function refusalOf(action) {
  try {
    await action()
    return null
  } catch (problem) {
    return problemInWords(problemFrom(problem))
  }
}

/**
 * The place beside a control where a refusal is shown.
 * @param {string} [className]
 */
export function createRefusal(className = 'refusal') {
  const root = element('p', { class: className, role: 'alert', dir: 'auto', hidden: true })

  /** @param {string|null} text */
  function show(text) {
    root.hidden = !text
    say(root, text ?? '')
  }

  return {
    element: root,
    say: show,
    /**
     * Runs an action and shows its refusal.
     * @param {() => Promise<unknown>} action @returns {Promise<boolean>} whether it succeeded
     */
    async attempt(action) {
      show(null)
      const refused = await refusalOf(action)
      show(refused)
      return refused === null
    },
  }
}
