import { sentence } from '../elements/words.js'
import { inWords, refusalInWords } from '../../words/language.js'

/**
 * A connection problem in words for everybody; the inspector has the technical ones (inspector_words.js). Pure: state in, text out.
 * @param {import('../../room/connection_problems.js').Cause} problem
 */
export function connectionProblemInWords(problem) {
  switch (problem.cause) {
    case 'turn_refused': return inWords('The server that passes your audio on refused the connection. Tell those who run this Roomtone.')
    case 'turn_failed': return inWords('The server that passes your audio on does not work. Tell those who run this Roomtone.')
    case 'no_relay_candidate': return inWords('The server that passes your audio on could not be reached, and people connect only through it here. Tell those who run this Roomtone.')
    case 'cannot_connect': return inWords('You and {username} cannot be connected. Choose their face to try again.', { username: problem.username })
    case 'signals_wait': return inWords('Connections take longer than usual. {why}', { why: refusalInWords(problem.problem) ?? sentence(problem.problem.message) })
    case 'node_lost': return inWords('The connection with the audio server is lost. Roomtone tries to connect again.')
    case 'no_node': return inWords('This room needs an audio server, and none is running. Audio starts when one does. Until then the host can let audio go directly from person to person.')
  }
}
