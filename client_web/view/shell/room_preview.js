import { createDescription } from '../elements/description.js'
import { element, say } from '../elements/element.js'
import { keyed } from '../elements/keyed.js'
import { counted } from '../elements/words.js'
import { createFace } from './faces.js'

/** @import { ListedRoom } from '../../room/hallway.js' */

/** A room before I enter it: its description, its host and who is on the stage. */
export function createRoomPreview() {
  const host = element('p', { class: 'landing__more' })
  const faces = element('ul', { class: 'faces', 'aria-label': 'On stage' })
  const people = keyed(faces, { key: (/** @type {ListedRoom['people'][number]} */ { user_id }) => user_id, create: createFace, fades: false })
  const description = createDescription()
  const root = element('div', { class: 'landing__room' }, description.element, host, faces)
  return {
    element: root,
    /** @param {ListedRoom|undefined} row */
    update(row) {
      root.hidden = !row
      if (!row) return
      const more = row.on_stage - row.people.length
      const here = row.here === 0 ? 'Nobody is here yet.' : `${counted(row.here, 'person is', 'people are')} here, ${row.on_stage} on stage${more > 0 ? ', among them' : ''}${row.people.length ? ':' : '.'}`
      say(host, `${row.host} hosts it${row.club ? ` in ${row.club}` : ''}. ${here}`)
      description.update(row.description)
      faces.hidden = row.people.length === 0
      people.update(row.people)
    },
  }
}
