import { inWords, isolated, language, locale } from '../../words/language.js'

/** Small pieces of text. Pure. */

const list = new Intl.ListFormat(locale, { type: 'conjunction' })

/** "amara, beth and cleo" */
export const together = (/** @type {Iterable<string>} */ names) => list.format([...names].map(isolated))

/** "amara, beth, cleo": the beginning of a list. @param {readonly string[]} names */
export const inOrder = (names) => names.map(isolated).reduce((earlier, next) => inWords('{earlier}, {next}', { earlier, next }))

const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 })
const tenths = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 })

/** "4 ms", "0.4 ms", "1.2 s"; empty if unknown. @param {number|null|undefined} ms */
export function duration(ms) {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return ''
  const shown = Math.max(0, ms)
  if (shown < 0.1) return `< ${tenths.format(0.1)} ms`
  if (shown < 1) return `${tenths.format(shown)} ms`
  if (shown < 1000) return `${whole.format(shown)} ms`
  if (shown < 60_000) return inWords('{seconds} s', { seconds: tenths.format(shown / 1000) })
  return inWords('{minutes} min', { minutes: Math.round(shown / 60_000) })
}

export const capital = (/** @type {string} */ text) => text.charAt(0).toLocaleUpperCase(locale) + text.slice(1)

/** A text that stands alone elsewhere, in the middle of a sentence: English has no capital there. @param {string} text */
export const midSentence = (text) => (language === 'en' ? text.toLowerCase() : text)

/** Makes a sentence of a database message, which has no capital and no full stop. @param {string} text */
export function sentence(text) {
  const trimmed = text.trim()
  const started = capital(trimmed)
  return /[.!?…؟]$/u.test(started) ? started : `${started}.`
}
