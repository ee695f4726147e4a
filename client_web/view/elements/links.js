import { element } from './element.js'

/** Only the web: `javascript:`, `data:` and the rest stay text. Quotes and angle brackets end an address, as they do in prose. */
const ADDRESS = /\bhttps?:\/\/[^\s<>"“”«»]+/giu
const AFTERWARDS = /[.,;:!?'’…*_]+$/u // punctuation of the sentence, not of the address
const LONGEST = 60

/**
 * Text, cut into what is text and what is an address. Pure.
 * @param {string} text
 * @returns {(string | { href: string, label: string })[]}
 */
export function cutLinks(text) {
  const parts = []
  let at = 0
  for (const found of text.matchAll(ADDRESS)) {
    const written = trimmed(found[0])
    const link = linkOf(written)
    if (!link) continue
    if (found.index > at) parts.push(text.slice(at, found.index))
    parts.push(link)
    at = found.index + written.length
  }
  if (at < text.length) parts.push(text.slice(at))
  return parts
}

/** An address as a link; null when it is none, or not of the web. @param {string} written */
export function linkOf(written) {
  if (!/^https?:\/\//iu.test(written) || !URL.canParse(written)) return null
  const url = new URL(written)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null
  return { href: url.href, label: labelOf(url) }
}

/**
 * Host and path: where it really leads. `https://bank.example@evil.example/` says evil.example, and a host in another script says its
 * xn-- name, for that is what tells it from its double.
 * @param {URL} url
 */
function labelOf({ host, pathname, search, hash }) {
  const path = pathname === '/' ? '' : readable(pathname)
  const label = `${host}${path}${search || hash ? '…' : ''}`
  return label.length > LONGEST ? `${label.slice(0, LONGEST - 1)}…` : label
}

/** Percent-encoded letters as letters, unless something unseen hides among them. @param {string} path */
function readable(path) {
  try {
    const decoded = decodeURI(path)
    return /[\p{C}\p{Z}]/u.test(decoded) ? path : decoded
  } catch {
    return path
  }
}

/** @param {string} written */
function trimmed(written) {
  let address = written.replace(AFTERWARDS, '')
  // "(see https://en.wikipedia.org/wiki/Tea_(meal))": a bracket that was not opened in the address was opened before it.
  while (/[)\]}]$/u.test(address) && count(address, /[)\]}]/gu) > count(address, /[([{]/gu)) address = address.slice(0, -1).replace(AFTERWARDS, '')
  return address
}

/** @param {string} text @param {RegExp} pattern */
const count = (text, pattern) => text.match(pattern)?.length ?? 0

/** A link that somebody wrote: opened in another tab, without a referrer, not endorsed. @param {{ href: string, label: string }} link */
export function anchor({ href, label }, properties = {}) {
  return element('a', { href, target: '_blank', rel: 'noopener noreferrer nofollow', title: href, dir: 'ltr', ...properties, text: label })
}

/** Text with its addresses as links; everything else, HTML included, as it was typed. @param {string} text @returns {(string|Element)[]} */
export const withLinks = (text) => cutLinks(text).map((part) => (typeof part === 'string' ? part : anchor(part, { class: 'link' })))
