import { addressOfPerson } from '../../addresses.js'
import { avatar, redrawAvatar } from '../elements/avatar.js'
import { element, mark, say } from '../elements/element.js'

/** Who is on the stage of a room that I have not entered, or who was in one that has ended. */
export function createFace() {
  const name = element('span', { class: 'faces__name', dir: 'auto' })
  const face = avatar('')
  const link = element('a', { class: 'faces__link' }, face, name)
  return {
    element: element('li', { class: 'faces__one' }, link),
    update(/** @type {{ username: string, role: string }} */ { username }) {
      redrawAvatar(face, username)
      mark(link, 'href', addressOfPerson(username))
      say(name, username)
    },
  }
}
