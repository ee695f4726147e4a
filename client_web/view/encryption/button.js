import { createAnnouncement } from './announcement.js'
import { element, mark } from '../elements/element.js'
import { symbol } from '../elements/symbol.js'
import { inWords } from '../../words/language.js'
import { encryptionProblemInWords, isEncrypted } from './words.js'

/** @import { ShownRoomSession } from '../../room/room_session_state.js' */

/**
 * The button of an encrypted room, which opens what there is to know and to compare. It announces that the safety number has changed.
 * @param {{ showEncryption: () => void }} actions
 */
export function createEncryptionButton({ showEncryption }) {
  const announcement = createAnnouncement()
  const button = element('button', { class: 'round encryption-button', type: 'button', hidden: true, 'aria-label': inWords('Encrypted audio'), title: inWords('Encrypted audio'), 'aria-haspopup': 'dialog', on: { click: () => showEncryption() } }, symbol('key'))
  /** @type {string|null} */ let number = null

  return {
    element: button,
    announcement: announcement.element,
    /** @param {ShownRoomSession} roomSession */
    update({ phase, room, encryption }) {
      button.hidden = phase === 'left' || !isEncrypted({ room, encryption })
      mark(button, 'data-problem', encryptionProblemInWords(encryption) ? '' : null)
      if (button.hidden) {
        number = null
        announcement.clear()
      } else if (encryption.number && encryption.number !== number) { // for a moment there may be none
        if (number) announcement.say(inWords('Somebody came or went, so the safety number is another one now.'))
        number = encryption.number
      }
    },
  }
}
