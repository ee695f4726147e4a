import { createMemory } from '../../media/memory.js'
import { mark } from './element.js'

/**
 * The keyboard: whether there is one, and whether single-letter keys are on. Who dictates or uses other software that types letters can
 * turn them off (WCAG 2.1.4); this browser remembers it. Space, Escape and Tab always work.
 *
 * @typedef {'letters'|'space'|'none'} KeyHints  which keys the page mentions: all, only those that are no letters, or none on a phone
 */

const likely = matchMedia('(hover: hover) and (pointer: fine) and (min-width: 640px)')
const memory = createMemory('roomtone.keys')
/** @type {Set<() => void>} */ const listeners = new Set()
let letters = memory.recall().letters !== false

/** @param {Element} button  with the attributes of `mentionKey` */
function mention(button) {
  const { key, label } = /** @type {HTMLElement} */ (button).dataset
  mark(button, 'aria-keyshortcuts', letters ? key : null)
  mark(button, 'title', letters ? `${label} (${key})` : label)
}

/** Says which key does the same as this button, while single-letter keys are on. @param {HTMLElement} button @param {string} label @param {string} key */
export function mentionKey(button, label, key) {
  mark(button, 'data-key', key)
  mark(button, 'data-label', label)
  mention(button)
}

export const keyboard = {
  get letters() {
    return letters
  },
  /** @returns {KeyHints} */
  get hints() {
    return likely.matches ? (letters ? 'letters' : 'space') : 'none'
  },
  /** @param {boolean} on */
  setLetters(on) {
    letters = on
    memory.keep({ letters })
    for (const button of document.querySelectorAll('[data-key][data-label]')) mention(button)
    for (const listener of listeners) listener()
  },
  /** @param {() => void} listener  which keys are mentioned has changed */
  subscribe(listener) {
    listeners.add(listener)
    likely.addEventListener('change', listener)
  },
}
