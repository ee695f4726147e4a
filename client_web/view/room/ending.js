import { HOME } from '../../addresses.js'
import { element, say } from '../elements/element.js'
import { endingInWords } from './ending_words.js'
import { lossesOf } from '../../room/losses.js'
import { lossInWords } from './loss_words.js'
import { inWords } from '../../words/language.js'

/** @import { ShownRoomSession } from '../../room/room_session_state.js' */

/**
 * Shows how a room session ended, with the button to come back.
 * @param {{ again: () => void }} actions
 */
export function createEnding({ again }) {
  const title = element('h2', { class: 'ending__title' })
  const word = element('blockquote', { class: 'ending__word' })
  const advice = element('p', { class: 'ending__advice quiet' })
  const retry = element('button', { class: 'button', type: 'button', on: { click: () => again() } })
  const root = element('div', { class: 'ending', role: 'status', hidden: true },
    title, word, advice, element('div', { class: 'ending__buttons' }, element('a', { class: 'button button--action', href: HOME, text: inWords('Back to the hallway') }), retry))
  return {
    element: root,
    /** @param {ShownRoomSession|null} roomSession  null hides it @param {boolean} titled  whether the title is shown here */
    update(roomSession, titled) {
      root.hidden = roomSession === null || roomSession.reason === 'left'
      if (root.hidden || roomSession === null) return
      const words = endingInWords(roomSession)
      say(title, words.title)
      title.hidden = !titled
      say(word, words.word ?? '')
      word.hidden = !words.word
      // What I wrote and did not go out is said, too.
      say(advice, [words.advice, ...lossesOf(roomSession).map((loss) => lossInWords(loss).next)].filter(Boolean).join(' '))
      retry.hidden = words.again === null
      say(retry, words.again ?? '')
    },
  }
}
