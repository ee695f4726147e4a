import { element, say } from './element.js'

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** One or two initials; whole graphemes, so that emoji and accents are not cut. @param {string} username */
export function initials(username) {
  const words = username.split(/[\s._-]+/u).filter(Boolean)
  const first = (/** @type {string} */ word) => [...graphemes.segment(word)][0]?.segment ?? ''
  return words.slice(0, 2).map(first).join('').toLocaleUpperCase() || '?'
}

/**
 * Two hues computed from the name, the same in every browser (FNV-1a over UTF-16).
 * @param {string} username
 * @returns {[number, number]} degrees
 */
export function hues(username) {
  let hash = 0x811c9dc5
  for (let i = 0; i < username.length; i += 1) hash = Math.imul(hash ^ username.charCodeAt(i), 0x01000193) >>> 0
  const from = hash % 360
  return [from, (from + 35 + ((hash >>> 9) % 55)) % 360]
}

/** A person's avatar, drawn from their name. It is only decoration: the name is always shown, too. @param {string} username */
export function avatar(username) {
  const drawn = element('span', { class: 'avatar', 'aria-hidden': 'true' })
  redrawAvatar(drawn, username)
  return drawn
}

/** Changes an avatar into another person's. @param {HTMLElement} drawn  made by `avatar` @param {string} username */
export function redrawAvatar(drawn, username) {
  if (drawn.dataset.name === username) return
  drawn.dataset.name = username
  say(drawn, initials(username))
  const [from, to] = hues(username)
  drawn.style.setProperty('--from', String(from))
  drawn.style.setProperty('--to', String(to))
}
