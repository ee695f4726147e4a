import { problemInWords } from '../elements/problem_words.js'
import { counted, number } from '../elements/words.js'

/**
 * The list of those who listen, in words. Pure.
 *
 * @import { Listed } from '../../room/listeners.js'
 */

/** "2,914 listening" @param {number} audience */
export const listeningInWords = (audience) => `${number.format(audience)} listening`

/** The state of the list: what is loaded, found or wrong; empty if the list says it. @param {Listed} listed @param {number} shown  how many are in the list */
export function listedInWords(listed, shown) {
  const { search, phase } = listed
  if (phase === 'failed') return `The names could not be loaded. ${problemInWords(listed.problem)}`
  if (phase === 'idle' || phase === 'loading') return search ? 'Searching…' : 'Loading names…'
  if (shown === 0) return search ? `Nobody who is listening has “${search}” in their name.` : 'Nobody is listening at the moment.'
  if (!search || listed.earlier) return ''
  return listed.later ? `More than ${counted(shown, 'person', 'people')} found. Type more of the name.` : `${counted(shown, 'person', 'people')} found.`
}
