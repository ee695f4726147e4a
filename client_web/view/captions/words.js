import { problemInWords } from '../elements/problem_words.js'
import { inWords } from '../../words/language.js'

/** What people in a room read when captions are switched on or off, and when they enter a room in which they are on. @param {boolean} on */
export const captionsNews = (on) => on
  ? inWords('Captions are on: what speakers who agree say is written as text.')
  : inWords('Captions are off: nothing that is said is written.')

/** @type {Record<import('../../media/speech.js').SpeechProblem, string>} */
const PROBLEMS = {
  'not-allowed': inWords('Your browser does not allow it to recognise speech here.'),
  'service-not-allowed': inWords('Your browser does not allow it to recognise speech here.'),
  'language-not-supported': inWords('Your browser does not recognise speech in your language.'),
  'audio-capture': inWords('Your browser gets no sound from the microphone. It tries again.'),
  network: inWords('Your browser does not reach the service that recognises speech. It tries again.'),
  'no-speech': inWords('Nothing was understood yet.'),
  aborted: inWords('Something else uses the recognition of speech of your browser, such as another page. It tries again.'),
  unknown: inWords('Your browser could not recognise speech. It tries again.'),
}

/**
 * What happens with my own words.
 * @param {import('../../room/captions.js').CaptionsState} captions @param {{ muted: boolean }} me
 */
export function myCaptionsInWords({ agreed, speech, problem, refusal }, { muted }) {
  if (agreed === null) return inWords('What you say is not written.')
  if (agreed === 'operator') return inWords('What you say is written by the program of this site, while it is in this room.')
  if (speech === 'none') return inWords('This browser cannot recognise speech.')
  if (refusal) return problemInWords(refusal)
  if (problem) return PROBLEMS[problem]
  return muted ? inWords('What you say is written when your microphone is on.') : inWords('What you say is written.')
}
