import { avatar, redrawAvatar } from '../elements/avatar.js'
import { element, mark, say } from '../elements/element.js'
import { keyed } from '../elements/keyed.js'

/** @import { Found } from '../../room/more_rooms.js' */

/**
 * The clubs or people that a search has found: each is a link.
 * @param {string} title @param {{ addressOf: (one: Found) => string, about: (one: Found) => string, faces?: boolean }} how  faces: with the pictures of people
 */
export function createFound(title, { addressOf, about, faces = false }) {
  const list = element('ul', { class: 'found' })
  const root = element('section', { 'aria-label': title, hidden: true }, element('h2', { class: 'caps hallway__section', text: title }), list)
  const rows = keyed(list, { key: (/** @type {Found} */ { id }) => id, fades: false, create })

  function create() {
    const picture = faces ? avatar('') : null
    const name = element('span', { class: 'found__name', dir: 'auto' })
    const detail = element('span', { class: 'found__about quiet' })
    const link = element('a', { class: 'found__link' }, picture, element('span', { class: 'found__words' }, name, detail))
    return {
      element: element('li', {}, link),
      update(/** @type {Found} */ one) {
        mark(link, 'href', addressOf(one))
        if (picture) redrawAvatar(picture, one.name)
        say(name, one.name)
        say(detail, about(one))
        detail.hidden = about(one) === ''
      },
    }
  }

  return {
    element: root,
    /** @param {readonly Found[]} all */
    update(all) {
      root.hidden = all.length === 0
      rows.update(all)
    },
  }
}
