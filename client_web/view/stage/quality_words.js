import { inWords } from '../../words/language.js'
import { midSentence } from '../elements/words.js'

/** @import { Quality } from '../../media/quality.js' */

/** The texts on the quality of a connection. Pure. */

const TITLES = { good: inWords('Good'), choppy: inWords('A little choppy'), weak: inWords('Weak') }
const DRAWINGS = { good: 'connection-good', choppy: 'connection-choppy', weak: 'connection-weak' }

/** The symbol of a quality. @param {import('../../media/quality.js').Quality} quality */
export const connectionSymbol = ({ level }) => DRAWINGS[level]

/** "good", "a little choppy", "weak"; empty if unknown. @param {import('../../media/quality.js').Quality|null} quality */
export const connectionInWords = (quality) => (quality ? midSentence(TITLES[quality.level]) : '')

/** For a seat: only a bad quality is shown. @param {import('../../media/quality.js').Quality|null} quality */
export function qualityProblemInWords(quality) {
  return !quality || quality.level === 'good' ? '' : quality.level === 'weak' ? inWords('Weak connection') : TITLES.choppy
}

/** What was measured, for the inspector; empty if unknown. @param {import('../../media/quality.js').Quality|null|undefined} quality */
export function qualityInNumbers(quality) {
  if (!quality) return ''
  const { loss, jitter_ms, round_trip_ms } = quality
  return [inWords('{share} of packets lost', { share: per_cent(loss) }), inWords('{jitter_ms} ms of jitter', { jitter_ms }), roundTripInWords(round_trip_ms)].filter(Boolean).join(' · ')
}

/** How good a connection is, and what it means. @param {import('../../media/quality.js').Quality} quality @param {boolean} mine */
export function connectionExplained(quality, mine) {
  const meaning = {
    good: mine ? inWords('Others hear you clearly.') : inWords('You hear them clearly.'),
    choppy: mine ? inWords('Others may not hear every word.') : inWords('You may not hear every word.'),
    weak: mine ? inWords('Others will miss words. Move closer to your access point, or use a cable.') : inWords('You will miss words. The problem is their connection, yours, or the network between you.'),
  }[quality.level]
  return { title: `${mine ? inWords('Your connection') : inWords('Connection')}: ${connectionInWords(quality)}`, meaning }
}

const roundTripInWords = (/** @type {number|null} */ ms) => (ms === null ? '' : ms < 10 ? inWords('under 10 ms round trip') : inWords('{ms} ms round trip', { ms }))

const per_cent = (/** @type {number} */ share) => `${Math.round(100 * share)} %`
