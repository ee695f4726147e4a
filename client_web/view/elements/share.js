import { shownFor } from '../../room/shown_for.js'
import { element, mark, say } from './element.js'
import { symbol } from './symbol.js'
import { inWords } from '../../words/language.js'
import { midSentence } from './words.js'

const SHOWN = 3 // s

/**
 * A link or another text to copy: it is shown, and a link can be passed to the sharing of the device.
 * @param {string} label
 * @param {{ secret?: boolean }} [how]  a secret is not for others
 */
export function createShare(label, { secret = false } = {}) {
  /** @type {string|null} */ let href = null
  let name = ''
  let timer = 0
  const shown = element('input', { class: 'field__input share__link', readonly: true, 'aria-label': label, on: { focus: (event) => event.target.select() } })
  const words = element('span', { text: inWords('Copy') })
  const copied = element('span', { class: 'visually-hidden', role: 'status' })
  const copy = element('button', { class: 'button', type: 'button', 'aria-label': inWords('Copy: {what}', { what: midSentence(label) }), on: { click: toClipboard } }, symbol('copy'), words)
  const share = element('button', { class: 'button', type: 'button', on: { click: pass } }, inWords('Share…'))
  const root = element('div', { class: 'share', hidden: true }, shown, copy, share, copied)

  async function toClipboard() {
    const done = await copyText(href ?? '')
    say(words, done ? inWords('Copied') : inWords('Copy it yourself'))
    say(copied, done ? inWords('Copied') : inWords('It could not be copied. It is selected.'))
    if (!done) shown.select()
    clearTimeout(timer)
    timer = setTimeout(() => {
      say(words, inWords('Copy'))
      say(copied, '')
    }, shownFor(SHOWN))
  }

  function pass() {
    navigator.share({ title: name, url: href ?? undefined }).catch(() => {}) // closed without sharing
  }

  return {
    element: root,
    focus: () => shown.focus(),
    /** @param {string|null} link  null hides it */
    update(link, title = '') {
      href = link
      name = title
      root.hidden = link === null
      shown.value = link ?? ''
      if (link === null) return
      mark(share, 'hidden', secret || typeof navigator.share !== 'function')
    },
  }
}

/** @param {string} text @returns {Promise<boolean>} whether it is in the clipboard now */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false // no permission, or a page without https
  }
}
