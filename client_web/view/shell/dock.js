import { avatar } from '../elements/avatar.js'
import { element, mark, say } from '../elements/element.js'
import { addressOf } from './route.js'
import { redraw, symbol } from '../elements/symbol.js'
import { endingInWords, together } from '../elements/words.js'

/**
 * @import { Person } from '../../room/people.js'
 * @import { ShownVisit } from '../../room/visit_state.js'
 */

/**
 * The room while I look around the hallway: one line that still shows who speaks, still mutes and still leaves.
 * @param {{ toggleMicrophone: () => void, leave: () => void, putAway: () => void }} acts
 */
export function createDock({ toggleMicrophone, leave, putAway }) {
  /** @type {string|null|undefined} */ let drawn = null
  let over = false
  const face = element('span', { class: 'dock__face', 'aria-hidden': 'true' })
  const name = element('span', { class: 'dock__name' })
  const who = element('span', { class: 'dock__who' })
  const way = element('a', { class: 'dock__way' }, face, element('span', { class: 'dock__text' }, name, who))
  const drawing = symbol('mic-off')
  const microphone = element('button', { class: 'dock__button', type: 'button', on: { click: () => toggleMicrophone() } }, drawing)
  const outDrawing = symbol('leave')
  const out = element('button', { class: 'dock__button', type: 'button', on: { click: () => (over ? putAway() : leave()) } }, outDrawing)
  const root = element('section', { class: 'dock', 'aria-label': 'The room you are in', hidden: true }, way, microphone, out)

  /** @param {ShownVisit} visit @param {readonly Person[]} speaking */
  function whoInWords(visit, speaking) {
    if (over) return endingInWords(visit).title
    if (visit.phase === 'reconnecting') return 'Reconnecting…'
    return speaking.length ? `${together(speaking.map((one) => (one.me ? 'you' : one.username)))} speaking` : 'Nobody is speaking'
  }

  function draw(/** @type {ShownVisit} */ visit) {
    const speaking = visit.speakers
    const shown = speaking[0] ?? visit.stage[0] ?? visit.me
    const open = visit.me !== null && visit.may.speak && !visit.me.muted && visit.microphone.state === 'on'
    say(name, visit.room?.name ?? 'Entering the room…')
    say(who, `${!over && visit.recording?.running ? 'Being recorded · ' : ''}${whoInWords(visit, speaking)}`)
    root.classList.toggle('dock--speaking', speaking.length > 0)
    mark(way, 'href', addressOf(visit.room_id))
    if (shown?.username !== drawn) {
      face.replaceChildren(...(shown ? [avatar(shown.username)] : []))
      drawn = shown?.username
    }
    microphone.hidden = over || !visit.may.speak
    redraw(outDrawing, over ? 'close' : 'leave')
    mark(out, 'aria-label', over ? 'Close' : 'Leave quietly')
    mark(out, 'title', over ? 'Close' : 'Leave quietly (L)')
    redraw(drawing, open ? 'mic' : 'mic-off')
    mark(microphone, 'data-state', open ? 'on' : 'off')
    mark(microphone, 'aria-label', open ? 'Turn microphone off' : 'Turn microphone on')
  }

  return {
    element: root,
    focus: () => way.focus(),
    /** @param {ShownVisit|null} visit  null hides it; one that has ended says so until it is put away */
    update(visit) {
      over = visit?.phase === 'left'
      root.hidden = visit === null
      if (visit) draw(visit)
    },
  }
}
