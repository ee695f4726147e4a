import { createDescription } from '../elements/description.js'
import { element, say } from '../elements/element.js'
import { keyed } from '../elements/keyed.js'
import { createFace } from './faces.js'
import { inWords } from '../../words/language.js'

/** @import { ListedRoom } from '../../room/hallway.js' */

/** A room before I enter it: its description, its host and who is on the stage. */
export function createRoomPreview() {
  const host = element('p', { class: 'landing__more' })
  const faces = element('ul', { class: 'faces', 'aria-label': inWords('On stage') })
  const shown = keyed(faces, { key: (/** @type {ListedRoom['people'][number]} */ { user_id }) => user_id, create: createFace, fades: false })
  const description = createDescription()
  const root = element('div', { class: 'landing__room' }, description.element, host, faces)
  return {
    element: root,
    /** @param {ListedRoom|undefined} row */
    update(row) {
      root.hidden = !row
      if (!row) return
      const { here, on_stage } = row
      const more = on_stage > row.people.length
      const who = row.club ? inWords('{host} hosts it in {club}.', { host: row.host, club: row.club }) : inWords('{host} hosts it.', { host: row.host })
      const people = here === 0 ? inWords('Nobody is here yet.') : more ? inWords('{here, plural, one {# person is} other {# people are}} here, {on_stage} on stage, among them', { here, on_stage }) : inWords('{here, plural, one {# person is} other {# people are}} here, {on_stage} on stage', { here, on_stage })
      say(host, `${who} ${people}${here === 0 ? '' : row.people.length ? ':' : '.'}`)
      description.update(row.description)
      faces.hidden = row.people.length === 0
      shown.update(row.people)
    },
  }
}
