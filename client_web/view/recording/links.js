import { addressOfRecording } from '../../addresses.js'
import { createLinks } from '../elements/link_list.js'
import { whenRecorded } from './words.js'
import { inWords } from '../../words/language.js'

/** @import { Recording } from '../../room/recordings.js' */

/**
 * A list of links to recordings; hidden while there are none.
 * @param {string} title @param {(recording: Recording) => string} nameOf  the text of each link
 */
export function createRecordingLinks(title, nameOf) {
  const links = createLinks(title)
  /** @param {Recording} one */
  const detailOf = (one) => [whenRecorded(one), one.continues_id === null ? '' : inWords('next part'), one.failure ? 'incomplete' : ''].filter(Boolean).join(' · ')
  return {
    element: links.element,
    /** @param {Recording[]} recordings */
    update: (recordings) => links.update(recordings.map((one) => ({ key: one.id, href: addressOfRecording(one.id), name: nameOf(one), detail: detailOf(one) }))),
  }
}
