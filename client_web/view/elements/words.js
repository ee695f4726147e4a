/** Small pieces of text. Pure. */

const list = new Intl.ListFormat('en', { type: 'conjunction' })
export const number = new Intl.NumberFormat('en')

/** "amara, beth and cleo" */
export const together = (/** @type {Iterable<string>} */ names) => list.format(names)

/** @param {number} count @param {string} one @param {string} [many] */
export const counted = (count, one, many = `${one}s`) => `${number.format(count)} ${count === 1 ? one : many}`

/** "4 ms", "0.4 ms", "1.2 s"; empty if unknown. @param {number|null|undefined} ms */
export function duration(ms) {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return ''
  const shown = Math.max(0, ms)
  if (shown < 0.1) return '< 0.1 ms'
  if (shown < 1) return `${shown.toFixed(1)} ms`
  if (shown < 1000) return `${Math.round(shown)} ms`
  if (shown < 60_000) return `${(shown / 1000).toFixed(1)} s`
  return `${Math.round(shown / 60_000)} min`
}

export const capital = (/** @type {string} */ text) => text.charAt(0).toLocaleUpperCase() + text.slice(1)

/** Makes a sentence of a database message, which has no capital and no full stop. @param {string} text */
export function sentence(text) {
  const trimmed = text.trim()
  const started = capital(trimmed)
  return /[.!?…]$/u.test(started) ? started : `${started}.`
}
