import { element } from './element.js'

/** Only http and https, or a name that begins with www: `javascript:`, `data:` and others stay text. Quotes and angle brackets end an address. */
const ADDRESS = /\bhttps?:\/\/[^\s<>"“”«»]+|(?<![\p{L}\p{N}@./-])www\.[^\s<>"“”«».]+\.[^\s<>"“”«»]+/giu
const AFTERWARDS = /[.,;:!?'’…*_]+$/u // punctuation of the sentence, not of the address
const LONGEST = 60

/**
 * Splits text into text and links. Pure.
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

/** An address as a link; null if it is not an http or https address. Without a scheme, `www.` means https. @param {string} written */
export function linkOf(written) {
  const address = /^www\./iu.test(written) ? `https://${written}` : written
  if (!/^https?:\/\/\S+$/iu.test(address) || !URL.canParse(address)) return null
  const url = new URL(address)
  // Some browsers make %20 of a space in the name of a host, which has none.
  if ((url.protocol !== 'http:' && url.protocol !== 'https:') || url.host.includes('%')) return null
  return { href: url.href, label: labelOf(url) }
}

/**
 * Host and path: where a link really leads. For `https://bank.example@evil.example/` that is evil.example. A host in another script is
 * shown by its xn-- name, which cannot look like another host.
 * @param {URL} url
 */
function labelOf({ host, pathname, search, hash }) {
  const path = pathname.length === 1 ? '' : readable(pathname)
  const label = `${host}${path}${search || hash ? '…' : ''}`
  return label.length > LONGEST ? `${label.slice(0, LONGEST - 1)}…` : label
}

/** Decodes percent-encoded letters, unless invisible characters are among them. @param {string} path */
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
  // "(see https://en.wikipedia.org/wiki/Tea_(meal))": the last bracket was opened before the address and does not belong to it.
  while (/[)\]}]$/u.test(address) && count(address, /[)\]}]/gu) > count(address, /[([{]/gu)) address = address.slice(0, -1).replace(AFTERWARDS, '')
  return address
}

/** @param {string} text @param {RegExp} pattern */
const count = (text, pattern) => text.match(pattern)?.length ?? 0

/** A link that a user wrote: opened in another tab, without a referrer. @param {{ href: string, label: string }} link */
export function anchor({ href, label }, properties = {}) {
  return element('a', { href, target: '_blank', rel: 'noopener noreferrer nofollow', title: href, dir: 'ltr', ...properties, text: label })
}

/** Text with its addresses as links; everything else, with any HTML, as plain text. @param {string} text @returns {(string|Element)[]} */
export const withLinks = (text) => cutLinks(text).map((part) => (typeof part === 'string' ? part : anchor(part, { class: 'link' })))
