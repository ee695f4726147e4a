import { createDialog } from '../dialog/dialog.js'
import { labelOf } from '../dialog/form.js'
import { element } from '../elements/element.js'
import { keyboard } from '../elements/keyboard.js'
import { inWords } from '../../words/language.js'

const MEANINGS = [
  [inWords('Space'), inWords('Hold to talk; let go to turn the microphone off')],
  ['M', inWords('Turn the microphone on or off')],
  ['H', inWords('Raise or lower your hand')],
  ['Y', inWords('Accept an invitation to speak, or a request to unmute')],
  ['N', inWords('Decline it')],
  ['L', inWords('Leave quietly')],
  ['G', inWords('Open or close the inspector')],
  ['F', inWords('Find rooms, clubs and people')],
  ['C', inWords('Open the chat and write')],
  ['R', inWords('React, then 1 to 8')],
  ['S', inWords('Check the sound: microphone, loudspeaker')],
  ['?', inWords('Show these keys')],
  ['Esc', inWords('Close what is open')],
]

/** The list of keys, where single-letter keys can be turned off. */
export function createKeysHelp() {
  const rows = MEANINGS.flatMap(([key, meaning]) => [element('dt', {}, element('kbd', { text: key })), element('dd', { text: meaning })])
  const letters = element('input', { type: 'checkbox', name: 'letters', on: { change: () => keyboard.setLetters(letters.checked) } })
  const choice = labelOf(letters, inWords('Single-letter keys'), inWords('Turn them off if you dictate, or if letters are pressed by mistake. Space and Esc always work.'))
  const dialog = createDialog(inWords('Keys'), element('dl', { class: 'keys' }, ...rows), choice)
  return {
    ...dialog,
    open() {
      letters.checked = keyboard.letters
      dialog.open()
    },
  }
}

const FIELDS = 'input, textarea, select, [contenteditable]'

/**
 * Handles single keys, except in fields and dialogs. Space is handled in talk_key.js.
 * @param {{ toggleMicrophone: () => void, toggleHand: () => void, answer: (yes: boolean) => void, leaveByKey: () => void, toggleInspector: () => void, openChat: () => void, checkSound: () => void, toggleReactions: () => void, find: () => void, showKeys: () => void, escape: () => void }} actions
 */
export function listenToKeys(actions) {
  /** @type {Record<string, () => void>} */
  const presses = { m: actions.toggleMicrophone, h: actions.toggleHand, y: () => actions.answer(true), n: () => actions.answer(false), l: actions.leaveByKey, g: actions.toggleInspector, c: actions.openChat, s: actions.checkSound, r: actions.toggleReactions, f: actions.find, '?': actions.showKeys, escape: actions.escape }

  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return
    const target = event.target instanceof Element ? event.target : null
    if (document.querySelector('dialog:modal') || target?.matches(FIELDS)) return
    if (event.key === 'Escape' && document.querySelector(':popover-open')) return // it closes that, and nothing behind it
    if (!keyboard.letters && event.key !== 'Escape') return
    const press = Object.hasOwn(presses, event.key.toLowerCase()) ? presses[event.key.toLowerCase()] : null
    if (press && event.key !== 'Escape') event.preventDefault() // the key must not be typed into the box it opens; the browser needs Escape, too
    press?.()
  })
}
