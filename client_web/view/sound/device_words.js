import { inWords } from '../../words/language.js'

/** The texts on microphones and loudspeakers. Pure: state in, text out. */

/** Why there is no microphone, and what to do. @type {Record<import('../../media/microphone.js').MicrophoneProblem, string>} */
const MICROPHONE_PROBLEMS = {
  refused: inWords('Roomtone may not use the microphone. You can go on listening. To talk, allow the microphone in your browser, beside the address, and try again.'),
  missing: inWords('No microphone was found. You can go on listening. To talk, plug in a microphone and try again.'),
  failed: inWords('The microphone did not start. Another program may be using it. You can go on listening. To talk, close that program and try again.'),
  insecure: inWords('Browsers allow the microphone only on pages opened over https or on this computer. You can go on listening.'),
}

/** @param {import('../../media/microphone.js').MicrophoneProblem|null} problem */
export const microphoneProblemInWords = (problem) => (problem ? MICROPHONE_PROBLEMS[problem] : '')

/** What was plugged in or unplugged. @param {import('../../media/devices.js').Devices['notice']} notice */
export const deviceNoticeInWords = (notice) => (notice?.changes ?? []).map(changeInWords).join(' ')

/** @param {import('../../media/devices.js').DeviceChange} change */
function changeInWords({ label, change, chosen }) {
  if (change === 'unplugged') return chosen ? inWords('{label} was unplugged. Your system’s own device is used now.', { label }) : inWords('{label} was unplugged.', { label })
  return chosen ? inWords('{label} is back and in use again.', { label }) : inWords('{label} was plugged in.', { label })
}
