import { element, mark, say } from './element.js'
import { redraw, symbol } from './symbol.js'

const UNAVAILABLE = new Set(['refused', 'missing', 'failed'])

const TITLES = { refused: 'Your browser keeps the microphone closed', missing: 'No microphone found', failed: 'The microphone did not start' }

/**
 * The microphone: the biggest target in the room, off until asked; and, beside it, why it cannot be had.
 * @param {{ toggleMicrophone: () => void, retryMicrophone: () => void }} acts
 */
export function createMicrophone({ toggleMicrophone, retryMicrophone }) {
  let my_id = null
  let dismissed = null // the problem that was read and put away
  const drawing = symbol('mic-off')
  const ring = element('span', { class: 'microphone__ring', 'aria-hidden': 'true' })
  const button = element('button', { class: 'microphone', type: 'button', 'aria-keyshortcuts': 'M', on: { click: () => toggleMicrophone() } }, ring, drawing)
  const title = element('strong')
  const way = element('p')
  const notice = element('div', { class: 'microphone__notice', role: 'alert', hidden: true },
    title, way, element('div', { class: 'microphone__ways' },
      element('button', { class: 'button', type: 'button', text: 'Try again', on: { click: () => retryMicrophone() } }),
      element('button', { class: 'button button--plain', type: 'button', text: 'Not now', on: { click: dismiss } })))

  function dismiss() {
    dismissed = notice.dataset.state
    notice.hidden = true
    button.focus()
  }

  return {
    element: button,
    notice,
    update({ me, may, microphone, phase }) {
      my_id = me?.user_id ?? null
      const unavailable = UNAVAILABLE.has(microphone.state)
      const open = Boolean(me) && may.speak && !me.muted && microphone.state === 'on'
      const state = unavailable ? 'unavailable' : microphone.state === 'asking' ? 'asking' : !open ? 'off' : me.speaking ? 'speaking' : 'on'
      mark(button, 'data-state', state)
      mark(button, 'aria-label', unavailable ? 'Try the microphone again' : open ? 'Turn microphone off' : 'Turn microphone on')
      mark(button, 'title', open ? 'Turn microphone off (M)' : 'Turn microphone on (M)')
      mark(button, 'aria-disabled', phase === 'joining' || microphone.state === 'asking' ? 'true' : null)
      redraw(drawing, open ? 'mic' : 'mic-off')
      if (!unavailable) dismissed = null
      notice.dataset.state = microphone.state
      notice.hidden = !unavailable || !may.speak || dismissed === microphone.state
      if (notice.hidden) return
      say(title, TITLES[microphone.state])
      say(way, microphone.problem ?? '')
    },
    levels(levels) {
      if (my_id !== null && levels.has(my_id)) ring.style.setProperty('--level', levels.get(my_id).toFixed(2))
    },
  }
}
