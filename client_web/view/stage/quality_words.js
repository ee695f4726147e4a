/** @import { Quality } from '../../media/quality.js' */

/** The texts on the quality of a connection. Pure. */

const TITLES = { good: 'Good', choppy: 'A little choppy', weak: 'Weak' }
const DRAWINGS = { good: 'connection-good', choppy: 'connection-choppy', weak: 'connection-weak' }

/** The symbol of a quality. @param {import('../../media/quality.js').Quality} quality */
export const connectionSymbol = ({ level }) => DRAWINGS[level]

/** "good", "a little choppy", "weak: 8 % of packets lost"; empty if unknown. @param {import('../../media/quality.js').Quality|null} quality */
export function connectionInWords(quality) {
  if (!quality) return ''
  if (quality.level !== 'weak') return TITLES[quality.level].toLowerCase()
  return `weak: ${causeInWords(quality)}`
}

/** For a seat: only a bad quality is shown. @param {import('../../media/quality.js').Quality|null} quality */
export function qualityProblemInWords(quality) {
  return !quality || quality.level === 'good' ? '' : quality.level === 'weak' ? 'Weak connection' : TITLES.choppy
}

/** @param {Quality} quality */
function causeInWords({ loss, jitter_ms, round_trip_ms }) {
  if (loss >= 0.02) return `${per_cent(loss)} of packets lost`
  if ((round_trip_ms ?? 0) >= 400) return `${round_trip_ms} ms round trip`
  return `packets come up to ${jitter_ms} ms late`
}

/** What was measured, and what it means. @param {import('../../media/quality.js').Quality} quality @param {boolean} mine */
export function connectionExplained(quality, mine) {
  const { loss, jitter_ms, round_trip_ms, level } = quality
  const numbers = [`${per_cent(loss)} of packets lost`, `${jitter_ms} ms of jitter`, roundTripInWords(round_trip_ms)]
  const meaning = {
    good: mine ? 'Others hear you clearly.' : 'You hear them clearly.',
    choppy: mine ? 'Others may not hear every word.' : 'You may not hear every word.',
    weak: mine ? 'Others will miss words. Move closer to your access point, or use a cable.' : 'You will miss words. The problem is their connection, yours, or the network between you.',
  }[level]
  return { title: `${mine ? 'Your connection' : 'Connection'}: ${connectionInWords(quality)}`, meaning, numbers: numbers.filter(Boolean).join(' · ') }
}

const roundTripInWords = (/** @type {number|null} */ ms) => (ms === null ? '' : ms < 10 ? 'under 10 ms round trip' : `${ms} ms round trip`)

const per_cent = (/** @type {number} */ share) => `${Math.round(100 * share)} %`
