import { element, mark, say } from './element.js'
import { keyed } from './keyed.js'

/** @typedef {{ key: number, href: string, name: string, detail: string }} Link */

/**
 * A titled list of links, each with a detail beside it.
 * @param {string} title @param {string|null} [otherwise]  shown while there are none; null hides the list then
 */
export function createLinks(title, otherwise = null) {
  const list = element('ul', { class: 'links' })
  const nothing = element('p', { class: 'quiet', hidden: true })
  const rows = keyed(list, { key: (/** @type {Link} */ one) => one.key, create: createLink, fades: false })
  const root = element('section', { 'aria-label': title, hidden: otherwise === null }, element('h2', { class: 'caps page__section', text: title }), list, nothing)
  return {
    element: root,
    /** @param {Link[]} links @param {string|null} [empty] */
    update(links, empty = otherwise) {
      root.hidden = links.length === 0 && empty === null
      nothing.hidden = links.length > 0
      list.hidden = links.length === 0
      say(nothing, empty ?? '')
      rows.update(links)
    },
  }
}

function createLink() {
  const name = element('a', { class: 'links__name', dir: 'auto' })
  const detail = element('span', { class: 'role' })
  return {
    element: element('li', { class: 'links__one' }, name, detail),
    update(/** @type {Link} */ link) {
      say(name, link.name)
      mark(name, 'href', link.href)
      say(detail, link.detail)
    },
  }
}
