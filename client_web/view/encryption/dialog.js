import { createAnnouncement } from './announcement.js'
import { createDialog } from '../dialog/dialog.js'
import { element, mark, say } from '../elements/element.js'
import { together } from '../elements/words.js'
import { inWords } from '../../words/language.js'
import { encryptionInWords, encryptionProblemInWords, isEncrypted } from './words.js'

/** @import { RoomSessionState } from '../../room/room_session_state.js' */

const CHANGED = () => inWords('Somebody came or went, so the safety number is another one now.')

/**
 * The dialog of an encrypted room: whether it works, the safety number to read to each other, and what is not encrypted.
 * @param {{ showNotice: (words: string) => void }} actions  who has seen the number is told when it changes: once, until they look again
 */
export function createEncryptionDialog({ showNotice }) {
  const state = element('p', { class: 'encryption__state' })
  const outside = element('p', { class: 'encryption__outside', hidden: true })
  const digits = element('p', { class: 'encryption__number', dir: 'ltr' })
  const changed = element('p', { class: 'encryption__changed' })
  const announcement = createAnnouncement() // what is outside of an open dialog is not read
  const compare = element('section', { class: 'encryption__compare', 'aria-label': inWords('Safety number') },
    element('h3', { class: 'caps', text: inWords('Safety number') }), digits, changed, announcement.element,
    element('p', { class: 'quiet', text: inWords('Read these digits to each other. If all of you have the same ones, nobody stands between you and listens. They change when somebody comes or goes.') }))
  const dialog = createDialog(inWords('Encrypted audio'), state, outside, compare,
    element('p', { class: 'encryption__limits quiet', text: inWords('Chat, names, and who speaks when are not encrypted. The room cannot be recorded, have captions, be mixed by a server, or be heard by people who are not in it.') }))
  dialog.element.classList.add('dialog--encryption')
  /** @type {RoomSessionState|null} */ let latest = null
  /** @type {{ room_id: number|undefined, first: string, number: string }|null} `first`: when the dialog was opened */ let seen = null

  function draw() {
    if (!latest) return
    const { encryption, people, room } = latest
    const { number } = encryption
    const without = people.filter((person) => person.encryption === 'no_keys').map((person) => person.username)
    say(state, encryptionInWords(encryption))
    mark(state, 'data-problem', encryptionProblemInWords(encryption) ? '' : null)
    outside.hidden = !without.length
    say(outside, without.length ? inWords('{names} cannot hear the room or talk in it: their browser or program does not encrypt.', { names: together(without) }) : '')
    compare.hidden = !number
    if (number && digits.dataset.number !== number) {
      digits.dataset.number = number
      digits.replaceChildren(...number.split(' ').flatMap((group) => [element('span', { text: group }), ' ']))
    }
    say(changed, seen && number && number !== seen.first ? CHANGED() : '')
    if (!number) return
    if (seen && number !== seen.number) announcement.say(CHANGED())
    seen = { room_id: room?.id, first: seen?.first ?? number, number }
  }

  return {
    element: dialog.element,
    open() {
      if (!latest) return
      seen = null
      announcement.clear()
      draw()
      dialog.open()
    },
    /** @param {RoomSessionState|null} now  null: I am in no room */
    update(now) {
      latest = now && isEncrypted(now) ? now : null
      if (!latest || (seen && seen.room_id !== latest.room?.id)) {
        seen = null
        if (!latest && dialog.element.open) dialog.close()
      }
      if (dialog.element.open) return draw()
      const number = latest?.encryption.number
      if (!seen || !number || number === seen.number) return
      seen = null
      showNotice(CHANGED())
    },
  }
}
