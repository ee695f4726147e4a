import { avatar } from './avatar.js'
import { element, mark, say } from './element.js'
import { addressOf } from './route.js'
import { redraw, symbol } from './symbol.js'
import { together } from './words.js'

/**
 * The room while I look around the hallway: one line that still shows who speaks, still mutes and still leaves.
 * @param {{ toggleMicrophone: () => void, leave: () => void }} acts
 */
export function createFoldedRoom({ toggleMicrophone, leave }) {
  let drawn = null
  const face = element('span', { class: 'folded__face', 'aria-hidden': 'true' })
  const name = element('span', { class: 'folded__name' })
  const who = element('span', { class: 'folded__who' })
  const way = element('a', { class: 'folded__way' }, face, element('span', { class: 'folded__text' }, name, who))
  const drawing = symbol('mic-off')
  const microphone = element('button', { class: 'folded__button', type: 'button', on: { click: () => toggleMicrophone() } }, drawing)
  const out = element('button', { class: 'folded__button', type: 'button', 'aria-label': 'Leave quietly', title: 'Leave quietly (L)', on: { click: () => leave() } }, symbol('leave'))
  const root = element('section', { class: 'folded', 'aria-label': 'The room you are in', hidden: true }, way, microphone, out)

  function draw(visit) {
    const speaking = visit.people.filter((person) => person.speaking)
    const shown = speaking[0] ?? visit.stage[0] ?? visit.me
    const open = Boolean(visit.me) && visit.may.speak && !visit.me.muted && visit.microphone.state === 'on'
    say(name, visit.room?.name ?? 'Walking in…')
    say(who, visit.phase === 'reconnecting' ? 'Reconnecting…' : speaking.length ? `${together(speaking.map((one) => (one.me ? 'you' : one.username)))} speaking` : 'Nobody is speaking')
    root.classList.toggle('folded--speaking', speaking.length > 0)
    mark(way, 'href', addressOf(visit.room_id))
    if (shown?.username !== drawn) {
      face.replaceChildren(...(shown ? [avatar(shown.username)] : []))
      drawn = shown?.username
    }
    microphone.hidden = !visit.may.speak
    redraw(drawing, open ? 'mic' : 'mic-off')
    mark(microphone, 'data-state', open ? 'on' : 'off')
    mark(microphone, 'aria-label', open ? 'Turn microphone off' : 'Turn microphone on')
  }

  return {
    element: root,
    /** @param {object|null} visit  null hides it */
    update(visit) {
      root.hidden = visit === null
      if (visit) draw(visit)
    },
  }
}
