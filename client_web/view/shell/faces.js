import { avatar } from '../elements/avatar.js'
import { element, say } from '../elements/element.js'
import { addressOfPerson } from './route.js'

/** Who is on the stage of a room that I have not entered, or who was in one that has ended. */
export function createFace() {
  const name = element('span', { class: 'faces__name' })
  const link = element('a', { class: 'faces__link' }, name)
  const made = element('li', { class: 'faces__one' }, link)
  /** @type {string|null} */ let shown = null
  return {
    element: made,
    update(/** @type {{ username: string, role: string }} */ { username }) {
      if (username === shown) return
      if (shown !== null) link.firstElementChild?.remove()
      link.prepend(avatar(username))
      link.href = addressOfPerson(username)
      shown = username
      say(name, username)
    },
  }
}
