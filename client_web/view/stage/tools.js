import { shownFor } from '../../room/shown_for.js'
import { element, say } from '../elements/element.js'
import { createRefusal } from '../elements/refusal.js'
import { symbol } from '../elements/symbol.js'
import { inWords } from '../../words/language.js'

/** @import { ShownRoomSession } from '../../room/room_session_state.js' */

const UNDO = 5 // s

/**
 * What moderators can do with the whole stage. Nobody can turn another person's microphone on, so muting everybody cannot be reversed:
 * it waits some seconds, in which the same button takes it back.
 * @param {{ muteAll: () => Promise<number> }} actions
 */
export function createStageTools({ muteAll }) {
  /** @type {ReturnType<typeof setTimeout>|null} */ let waiting = null
  const refusal = createRefusal()
  const label = element('span', { text: inWords('Mute all') })
  const button = element('button', { class: 'tool', type: 'button', title: inWords("Everybody's microphone goes off, except yours and the host's"), on: { click: () => (waiting === null ? begin() : stop()) } }, symbol('mic-off'), label)
  const now = element('button', { class: 'tool', type: 'button', text: inWords('Mute now'), hidden: true, on: { click: muteNow } })
  const words = element('p', { class: 'stage-tools__words quiet', role: 'status' })
  const root = element('div', { class: 'stage-tools' }, refusal.element, words, now, button)

  function draw() {
    say(label, waiting === null ? inWords('Mute all') : inWords('Undo'))
    say(words, waiting === null ? '' : inWords('All microphones go off in {seconds, plural, one {# second} other {# seconds}}.', { seconds: UNDO }))
    now.hidden = waiting === null
  }

  function begin() {
    waiting = setTimeout(muteNow, shownFor(UNDO))
    draw()
  }

  function stop() {
    if (waiting !== null) clearTimeout(waiting)
    waiting = null
    draw()
  }

  function muteNow() {
    const focused = document.activeElement === now
    stop()
    if (focused) button.focus()
    refusal.attempt(muteAll)
  }

  return {
    element: root,
    forget() {
      stop()
      refusal.say(null)
    },
    /** @param {Pick<ShownRoomSession, 'may'|'stage'|'phase'>} roomSession */
    update({ may, stage, phase }) {
      const open = stage.some((person) => !person.me && !person.muted && person.role !== 'HOST')
      if (phase === 'left' || !may.moderate) stop()
      root.hidden = !may.moderate || (!open && waiting === null && refusal.element.hidden)
    },
  }
}
