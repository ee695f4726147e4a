import { createDialog } from '../dialog/dialog.js'
import { element } from '../elements/element.js'

const MEANINGS = [
  ['M', 'Turn the microphone on or off'],
  ['Space', 'Hold to talk while the microphone is off'],
  ['H', 'Raise or lower your hand'],
  ['Y', 'Accept an invitation to speak, or a request to unmute'],
  ['N', 'Decline it'],
  ['L', 'Leave quietly'],
  ['G', 'Open or close the inspector'],
  ['C', 'Open the chat and write'],
  ['R', 'React, then 1 to 8'],
  ['S', 'Check the sound: microphone, loudspeaker'],
  ['?', 'Show these keys'],
  ['Esc', 'Close what is open'],
]

/** The list of keys. */
export function createKeysHelp() {
  const rows = MEANINGS.flatMap(([key, meaning]) => [element('dt', {}, element('kbd', { text: key })), element('dd', { text: meaning })])
  return createDialog('Keys', element('dl', { class: 'keys' }, ...rows))
}

const TYPING = 'input, textarea, select, [contenteditable]'
const PRESSING = `${TYPING}, button, a, summary, pre, code, [role='button'], [role='slider'], [role='tab'], [role='option']`

/**
 * Handles keys, except in fields, and except Space on a button.
 * @param {{ toggleMicrophone: () => void, toggleHand: () => void, answer: (yes: boolean) => void, leave: () => void, toggleInspector: () => void, openChat: () => void, checkSound: () => void, toggleReactions: () => void, showKeys: () => void, escape: () => void,
 *           talk: (on: boolean) => void }} actions
 */
export function listenToKeys(actions) {
  let held = false
  /** @type {Record<string, () => void>} */
  const presses = { m: actions.toggleMicrophone, h: actions.toggleHand, y: () => actions.answer(true), n: () => actions.answer(false), l: actions.leave, g: actions.toggleInspector, c: actions.openChat, s: actions.checkSound, r: actions.toggleReactions, '?': actions.showKeys, escape: actions.escape }

  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat) {
      if (held && event.key === ' ') event.preventDefault() // or the page would scroll
      return
    }
    const target = event.target instanceof Element ? event.target : null
    if (target?.closest('dialog') || target?.matches(TYPING)) return
    if (event.key === ' ') {
      if (target?.closest(PRESSING)) return
      event.preventDefault()
      held = true
      return actions.talk(true)
    }
    const press = Object.hasOwn(presses, event.key.toLowerCase()) ? presses[event.key.toLowerCase()] : null
    if (press && event.key !== 'Escape') event.preventDefault() // the key must not be typed into the box it opens; the browser needs Escape, too
    press?.()
  })
  const release = () => {
    if (!held) return
    held = false
    actions.talk(false)
  }
  addEventListener('keyup', (event) => event.key === ' ' && release())
  addEventListener('blur', release) // without the focus there is no keyup
  document.addEventListener('visibilitychange', release)
}
