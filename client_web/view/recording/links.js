import { element, mark, say } from '../elements/element.js'
import { keyed } from '../elements/keyed.js'
import { whenRecorded } from './words.js'
import { addressOfRecording } from '../shell/route.js'

/** @import { Recording } from '../../room/recordings.js' */

/**
 * A list of links to recordings.
 * @param {string} title @param {(recording: Recording) => string} nameOf  the text of each link
 */
export function createRecordingLinks(title, nameOf) {
  const list = element('ul', { class: 'links' })
  const rows = keyed(list, {
    key: (/** @type {Recording} */ one) => one.id,
    create() {
      const name = element('a', { class: 'links__name' })
      const detail = element('span', { class: 'role' })
      return {
        element: element('li', { class: 'links__one' }, name, detail),
        update(/** @type {Recording} */ one) {
          say(name, nameOf(one))
          mark(name, 'href', addressOfRecording(one.id))
          say(detail, [whenRecorded(one), one.continues_id === null ? '' : 'next part', one.failure ? 'incomplete' : ''].filter(Boolean).join(' · '))
        },
      }
    },
    fades: false,
  })
  const root = element('section', { 'aria-label': title, hidden: true }, element('h2', { class: 'caps page__section', text: title }), list)
  return {
    element: root,
    /** @param {Recording[]} recordings */
    update(recordings) {
      root.hidden = recordings.length === 0
      rows.update(recordings)
    },
  }
}
