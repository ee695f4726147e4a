import { element, mark, say } from '../elements/element.js'
import { symbol } from '../elements/symbol.js'
import { inWords } from '../../words/language.js'
import { encryptionProblemInWords } from './words.js'

/** @import { ShownRoomSession } from '../../room/room_session_state.js' */

/**
 * The button of an encrypted room, which opens what there is to know and to compare. It announces that the safety number has changed.
 * @param {{ showEncryption: () => void }} actions
 */
export function createEncryptionButton({ showEncryption }) {
  const announcement = element('span', { class: 'visually-hidden', role: 'status' })
  const button = element('button', { class: 'round encryption-button', type: 'button', hidden: true, 'aria-label': inWords('Encrypted audio'), title: inWords('Encrypted audio'), 'aria-haspopup': 'dialog', on: { click: () => showEncryption() } }, symbol('key'))
  /** @type {string|null} */ let number = null

  return {
    element: button,
    announcement,
    /** @param {ShownRoomSession} roomSession */
    update({ phase, room, encryption }) {
      button.hidden = phase === 'left' || !room?.encrypted
      mark(button, 'data-problem', encryptionProblemInWords(encryption) ? '' : null)
      if (button.hidden) number = null
      else if (encryption.number && encryption.number !== number) {
        say(announcement, number ? inWords('Somebody came or went, so the safety number is another one now.') : '')
        number = encryption.number
      }
    },
  }
}
