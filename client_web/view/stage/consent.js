import { element, mark, say } from '../elements/element.js'
import { mentionKey } from '../elements/keyboard.js'
import { createRefusal } from '../elements/refusal.js'
import { redraw, symbol } from '../elements/symbol.js'
import { inWords } from '../../words/language.js'

/** @import { RoomSessionState } from '../../room/room_session_state.js' */

/**
 * A question to me: an invitation to speak, or a request to unmute. It does not take the focus and blocks nothing. It stays above the
 * controls, or above the dock, until I answer or it is withdrawn.
 *
 * @param {{ accept: (how: {muted: boolean}) => Promise<unknown>, decline: () => Promise<unknown>, unmute: () => Promise<unknown>,
 *           stayMuted: () => Promise<unknown>, answered: () => void }} actions  `answered`: the buttons are removed; the focus has to go elsewhere
 */
export function createConsentPrompt(actions) {
  /** @type {'invited'|'asked'|null} */ let kind = null
  const title = element('strong', { class: 'prompt__title', id: 'prompt-title' })
  const about = element('span', { class: 'prompt__about' })
  const words = element('p', { class: 'prompt__words', role: 'status' }, title, ' ', about)
  const refusal = createRefusal('prompt__refusal refusal')
  const picture = symbol('stage')
  const buttons = element('div', { class: 'prompt__buttons' })
  const root = element('section', { class: 'prompt', 'aria-labelledby': 'prompt-title' },
    element('span', { class: 'prompt__picture', 'aria-hidden': 'true' }, picture),
    element('div', { class: 'prompt__body' }, words, refusal.element, buttons))
  let busy = false

  /** @param {string} text @param {() => Promise<unknown>} action @param {{ key?: string, kind?: 'action'|'plain' }} [how] */
  function button(text, action, { key, kind: look } = {}) {
    const made = element('button', { class: look ? `button button--${look}` : 'button', type: 'button', text, on: { click: () => answer(action) } })
    if (key) mentionKey(made, text, key)
    return made
  }

  const KINDS = {
    invited: {
      picture: 'stage',
      title: inWords("You're invited to speak."),
      about: inWords('Come to the stage? Everyone here will hear you.'),
      yes: () => actions.accept({ muted: false }),
      no: () => actions.decline(),
      buttons: () => [button(inWords('Speak now'), KINDS.invited.yes, { key: 'Y', kind: 'action' }), button(inWords('Join muted'), () => actions.accept({ muted: true })), button(inWords('Not now'), KINDS.invited.no, { key: 'N', kind: 'plain' })],
    },
    asked: {
      picture: 'mic',
      title: inWords("You're asked to unmute."),
      about: inWords('Nobody can turn your microphone on but you.'),
      yes: () => actions.unmute(),
      no: () => actions.stayMuted(),
      buttons: () => [button(inWords('Unmute'), KINDS.asked.yes, { key: 'Y', kind: 'action' }), button(inWords('Stay muted'), KINDS.asked.no, { key: 'N' })],
    },
  }

  async function answer(/** @type {() => Promise<unknown>} */ action) {
    if (busy) return
    busy = true
    mark(root, 'aria-busy', 'true')
    try {
      await refusal.attempt(action)
    } finally {
      busy = false
      mark(root, 'aria-busy', null)
    }
  }

  function show(/** @type {'invited'|'asked'|null} */ next) {
    const focused = buttons.contains(document.activeElement)
    kind = next
    root.hidden = kind === null
    refusal.say(null)
    root.dataset.kind = kind ?? ''
    if (kind) redraw(picture, KINDS[kind].picture)
    // The text is empty while nothing is asked, so that the same question is announced again.
    say(title, kind ? KINDS[kind].title : '')
    say(about, kind ? KINDS[kind].about : '')
    buttons.replaceChildren(...(kind ? KINDS[kind].buttons() : []))
    if (focused) actions.answered()
  }
  show(null)

  return {
    element: root,
    /** @param {RoomSessionState|null} roomSession */
    update(roomSession) {
      const me = roomSession && roomSession.phase !== 'left' ? roomSession.me : null
      const next = me?.invited ? 'invited' : me?.asked_to_unmute && me.muted ? 'asked' : null
      if (next !== kind) show(next)
    },
    /** Answers by key. @param {boolean} yes @returns {boolean} whether there was a question */
    answer(yes) {
      if (kind === null) return false
      answer(yes ? KINDS[kind].yes : KINDS[kind].no)
      return true
    },
  }
}
