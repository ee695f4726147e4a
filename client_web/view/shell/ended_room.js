import { HOME } from '../../addresses.js'
import { element, say } from '../elements/element.js'
import { keyed } from '../elements/keyed.js'
import { agoInWords } from '../elements/when.js'
import { sentence } from '../elements/words.js'
import { createRecordingLinks } from '../recording/links.js'
import { createFace } from './faces.js'
import { inWords } from '../../words/language.js'

/** @import { EndedRoom, Visit } from '../../room/ended_rooms.js' */

/** What the link of a room that has ended shows: its name, who was there, and its recordings. */
export function createEndedRoom() {
  const name = element('h1', { class: 'landing__lead', dir: 'auto', tabindex: '-1' })
  const when = element('p', { class: 'landing__more' })
  const faces = element('ul', { class: 'faces' })
  const title = element('h2', { class: 'caps page__section' })
  const who = element('section', {}, title, faces)
  const people = keyed(faces, { key: (/** @type {Visit} */ { user_id }) => user_id, create: createFace, fades: false })
  const recordings = createRecordingLinks(inWords('Recorded here'), ({ host }) => inWords('By {host}', { host }))
  const root = element('div', { class: 'landing landing--ended' }, name, when, who, recordings.element,
    element('a', { class: 'button button--action', href: HOME }, inWords('See other rooms')))

  return {
    element: root,
    /** @param {EndedRoom} room */
    update(room) {
      say(name, room.name)
      const reason = room.ended_reason ? ` ${sentence(room.ended_reason)}` : ''
      say(when, inWords('This room ended {when}. {host} hosted it.', { when: agoInWords(room.ended_at), host: room.host }) + reason)
      say(title, inWords('{count, plural, one {# person was} other {# people were}} here', { count: room.people.length }))
      who.hidden = room.people.length === 0
      people.update(room.people)
      recordings.update(room.recordings)
    },
  }
}
