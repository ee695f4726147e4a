import { addressOf } from '../../addresses.js'
import { avatar, redrawAvatar } from '../elements/avatar.js'
import { element, mark, say } from '../elements/element.js'
import { redraw, symbol } from '../elements/symbol.js'
import { together } from '../elements/words.js'
import { endingInWords } from '../room/ending_words.js'
import { inWords } from '../../words/language.js'

/**
 * @import { Person } from '../../room/people.js'
 * @import { ShownRoomSession } from '../../room/room_session_state.js'
 */

/**
 * The dock: while I look at another page, a bar with the room I am in, who speaks there, and buttons to mute and leave.
 * @param {{ toggleMicrophone: () => void, leave: () => void, dismiss: () => void }} actions
 */
export function createDock({ toggleMicrophone, leave, dismiss }) {
  let over = false
  const face = avatar('')
  const name = element('span', { class: 'dock__name', dir: 'auto' })
  const who = element('span', { class: 'dock__who' })
  const link = element('a', { class: 'dock__link' }, element('span', { class: 'dock__face', 'aria-hidden': 'true' }, face), element('span', { class: 'dock__text' }, name, who))
  const drawing = symbol('mic-off')
  const microphone = element('button', { class: 'dock__button', type: 'button', on: { click: () => toggleMicrophone() } }, drawing)
  const outDrawing = symbol('leave')
  const out = element('button', { class: 'dock__button', type: 'button', on: { click: () => (over ? dismiss() : leave()) } }, outDrawing)
  const root = element('section', { class: 'dock', 'aria-label': inWords('The room you are in'), hidden: true }, link, microphone, out)

  /** @param {ShownRoomSession} roomSession @param {readonly Person[]} speaking */
  function whoInWords(roomSession, speaking) {
    if (over) return endingInWords(roomSession).title
    if (roomSession.phase === 'reconnecting') return inWords('Reconnecting…')
    return speaking.length ? inWords('{names} speaking', { names: together(speaking.map((one) => (one.me ? inWords('you') : one.username))) }) : inWords('Nobody is speaking')
  }

  function draw(/** @type {ShownRoomSession} */ roomSession) {
    const speaking = roomSession.speakers
    const shown = speaking[0] ?? roomSession.stage[0] ?? roomSession.me
    const open = roomSession.me !== null && roomSession.may.speak && !roomSession.me.muted && roomSession.microphone.state === 'on'
    say(name, roomSession.room?.name ?? inWords('Entering the room…'))
    say(who, [!over && roomSession.recording?.running ? inWords('Being recorded') : '', whoInWords(roomSession, speaking)].filter(Boolean).join(' · '))
    root.classList.toggle('dock--speaking', speaking.length > 0)
    mark(link, 'href', addressOf(roomSession.room_id))
    face.hidden = !shown
    if (shown) redrawAvatar(face, shown.username)
    microphone.hidden = over || !roomSession.may.speak
    redraw(outDrawing, over ? 'close' : 'leave')
    mark(out, 'aria-label', over ? inWords('Close') : inWords('Leave quietly'))
    mark(out, 'title', over ? inWords('Close') : inWords('Leave quietly'))
    redraw(drawing, open ? 'mic' : 'mic-off')
    mark(microphone, 'data-state', open ? 'on' : 'off')
    mark(microphone, 'aria-label', open ? inWords('Turn microphone off') : inWords('Turn microphone on'))
  }

  return {
    element: root,
    focus: () => link.focus(),
    /** @param {ShownRoomSession|null} roomSession  null hides it; one that has ended is shown until it is closed */
    update(roomSession) {
      over = roomSession?.phase === 'left'
      root.hidden = roomSession === null
      if (roomSession) draw(roomSession)
    },
  }
}
