import { problemInWords } from '../elements/problem_words.js'
import { inWords } from '../../words/language.js'

/**
 * The list of those who listen, in words. Pure.
 *
 * @import { Listed } from '../../room/listeners.js'
 */

/** "2,914 listening" @param {number} audience */
export const listeningInWords = (audience) => inWords('{audience} listening', { audience })

/** The state of the list: what is loaded, found or wrong; empty if the list says it. @param {Listed} listed @param {number} shown  how many are in the list */
export function listedInWords(listed, shown) {
  const { search, phase } = listed
  if (phase === 'failed') return inWords('The names could not be loaded. {why}', { why: problemInWords(listed.problem) })
  if (phase === 'idle' || phase === 'loading') return search ? inWords('Searching…') : inWords('Loading names…')
  if (shown === 0) return search ? inWords('Nobody who is listening has “{search}” in their name.', { search }) : inWords('Nobody is listening at the moment.')
  if (!search || listed.earlier) return ''
  return listed.later ? inWords('More than {shown, plural, one {# person} other {# people}} found. Type more of the name.', { shown }) : inWords('{shown, plural, one {# person} other {# people}} found.', { shown })
}
