import { element, mark, say } from './element.js'
import { withLinks } from './links.js'
import { inWords } from '../../words/language.js'

const LONG = 140 // characters: more are shown as their first two lines
const LINES = 2

/** A room's description, with its addresses as links. A long one is shown as its first lines, with a button for the rest. */
export function createDescription() {
  let drawn = ''
  let folds = true
  const text = element('p', { class: 'description__text', dir: 'auto' })
  const all = element('button', { class: 'description__all', type: 'button', on: { click: () => fold(!folds) } })
  const root = element('div', { class: 'description', hidden: true }, text, all)
  text.addEventListener('focusin', () => fold(false)) // a link in the hidden part

  function fold(/** @type {boolean} */ folded) {
    folds = folded
    text.classList.toggle('description__text--folded', folded && isLong(drawn))
    all.hidden = !isLong(drawn)
    mark(all, 'aria-expanded', String(!folded))
    say(all, folded ? inWords('Show all') : inWords('Show less'))
  }

  return {
    element: root,
    /** @param {string|null|undefined} description */
    update(description) {
      root.hidden = !description
      if (drawn === (description ?? '')) return
      drawn = description ?? ''
      text.replaceChildren(...withLinks(drawn))
      fold(true)
    },
  }
}

const isLong = (/** @type {string} */ prose) => prose.length > LONG || prose.trim().split('\n').length > LINES
