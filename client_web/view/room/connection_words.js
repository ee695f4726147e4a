import { sentence } from '../elements/words.js'

/**
 * A connection problem in words. Pure: state in, text out.
 * @param {import('../../room/connection_problems.js').Cause} problem
 */
export function connectionProblemInWords(problem) {
  switch (problem.cause) {
    case 'turn_refused': return `The TURN server refused our credentials (${problem.url}). Tell those who run this Roomtone.`
    case 'turn_failed': return `The TURN server answered with error ${problem.code} (${problem.url}). Tell those who run this Roomtone.`
    case 'no_relay_candidate': return 'No TURN server could be reached, and people connect only through one here. Tell those who run this Roomtone.'
    case 'cannot_connect': return `You and ${problem.username} cannot be connected. Choose their face to try again.`
    case 'signals_wait': return `Connections take longer than usual. ${sentence(problem.problem.message)}`
    case 'node_lost': return `The connection with ${problem.username ?? 'the audio server'} is lost. Roomtone tries to connect again.`
    case 'no_node': return `This room needs an audio server (${problem.topology.toUpperCase()}), and none is running. Audio starts when one does. Until then the host can switch the room to a mesh.`
  }
}
