import { element } from './element.js'

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** One or two initials; whole graphemes, so that emoji and accents stay in one piece. @param {string} username */
export function initials(username) {
  const words = username.split(/[\s._-]+/u).filter(Boolean)
  const first = (/** @type {string} */ word) => [...graphemes.segment(word)][0]?.segment ?? ''
  return words.slice(0, 2).map(first).join('').toLocaleUpperCase() || '?'
}

/**
 * The two hues of a name: the same on every screen (FNV-1a over UTF-16).
 * @param {string} username
 * @returns {[number, number]} degrees
 */
export function hues(username) {
  let hash = 0x811c9dc5
  for (let i = 0; i < username.length; i += 1) hash = Math.imul(hash ^ username.charCodeAt(i), 0x01000193) >>> 0
  const from = hash % 360
  return [from, (from + 35 + ((hash >>> 9) % 55)) % 360]
}

/** A person's face, made from their name and never fetched. Ornament: the name is always written beside it. @param {string} username */
export function avatar(username) {
  const drawn = element('span', { class: 'avatar', 'aria-hidden': 'true', text: initials(username) })
  const [from, to] = hues(username)
  drawn.style.setProperty('--from', String(from))
  drawn.style.setProperty('--to', String(to))
  return drawn
}
