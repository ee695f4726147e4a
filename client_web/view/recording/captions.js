import { element, say } from '../elements/element.js'
import { inWords, isolated } from '../../words/language.js'

/** @import { RecordedCaption } from '../../room/recordings.js' */

const LAST = 3 // captions at the same time

/** What is being said in the recording, in time with the player. Not announced: who hears the recording needs no second voice. */
export function createRecordingCaptions() {
  const lines = element('div', { class: 'replay__captions', role: 'group', 'aria-label': inWords('Captions'), hidden: true })
  /** @type {readonly RecordedCaption[]} */ let all = []
  let drawn = ''

  return {
    element: lines,
    /** @param {readonly RecordedCaption[]} captions  in the order in which they begin */
    show(captions) {
      all = captions
      lines.hidden = captions.length === 0
    },
    /** The player is at this position. @param {number} seconds */
    at(seconds) {
      const now = all.filter((one) => one.at <= seconds && seconds < one.until).slice(-LAST)
      const key = now.map(({ id }) => id).join()
      if (key === drawn) return
      drawn = key
      lines.replaceChildren(...now.map(({ username, text }) => {
        const line = element('p', { dir: 'auto' })
        say(line, inWords('{username}: {words}', { username: isolated(username), words: text }))
        return line
      }))
    },
  }
}
