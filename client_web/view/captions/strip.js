import { element, say } from '../elements/element.js'
import { createRefusal } from '../elements/refusal.js'
import { symbol } from '../elements/symbol.js'
import { createMemory } from '../../media/memory.js'
import { myCaptionsInWords } from './words.js'
import { inWords, isolated } from '../../words/language.js'

/** @import { ShownRoomSession } from '../../room/room_session_state.js' */

const ANNOUNCED = 5 // captions that stay in the log for screen readers

/**
 * Says to everybody that captions are on, and to a speaker what happens with their own words. Complete captions of others are announced
 * politely, for who reads by a screen reader what they cannot hear; unfinished ones never. Who does not want captions hides them all.
 *
 * @param {{ chooseCaptions: () => void, retryCaptions: () => void, takeBackCaption: () => Promise<unknown> }} actions
 * @param {() => void} onShown  captions are hidden or shown again
 */
export function createCaptionsStrip({ chooseCaptions, retryCaptions, takeBackCaption }, onShown) {
  const memory = createMemory('roomtone.captions')
  let shown = memory.recall().shown !== false
  let announced = 0
  const words = element('p', { class: 'captions__words' }, symbol('captions'), element('span', { text: inWords('Captions are on.') }))
  const mine = element('p', { class: 'captions__mine quiet', role: 'status' })
  const refusal = createRefusal()
  const button = (/** @type {string} */ text, /** @type {() => void} */ action) => element('button', { class: 'tool', type: 'button', text, on: { click: action } })
  const choose = button(inWords('Your captions'), chooseCaptions)
  const retry = button(inWords('Try again'), retryCaptions)
  const back = button(inWords('Take back the last words'), () => void refusal.attempt(takeBackCaption))
  const hide = button('', () => {
    shown = !shown
    memory.keep({ shown })
    draw()
    onShown()
  })
  const log = element('div', { class: 'visually-hidden', role: 'log', 'aria-live': 'polite', 'aria-relevant': 'additions', 'aria-label': inWords('Captions') })
  const root = element('section', { class: 'captions', 'aria-label': inWords('Captions'), hidden: true },
    words, mine, element('div', { class: 'captions__buttons' }, choose, retry, back, hide), refusal.element, log)

  function draw() {
    say(hide, shown ? inWords('Hide captions') : inWords('Show captions'))
    if (!shown) log.replaceChildren()
  }
  draw()

  return {
    element: root,
    /** Whether I want to see captions. */
    get shown() {
      return shown
    },
    /** Another room. */
    forget() {
      announced = 0
      log.replaceChildren()
      refusal.say(null)
    },
    /** @param {ShownRoomSession} roomSession */
    update({ captions, me, may, phase, blocks }) {
      root.hidden = phase === 'left' || !captions.on
      if (root.hidden) return
      const speaks = may.speak && me !== null
      mine.hidden = choose.hidden = !speaks
      say(mine, speaks ? myCaptionsInWords(captions, me) : '')
      retry.hidden = !speaks || me.muted || captions.agreed !== 'self' || captions.speech !== 'failed'
      back.hidden = !speaks || !captions.lines.get(me.user_id)?.length
      const { complete } = captions
      if (!complete || complete.id <= announced) return
      announced = complete.id
      if (!shown || complete.user_id === me?.user_id || blocks?.has(complete.user_id)) return
      log.append(element('p', { dir: 'auto', text: inWords('{username}: {words}', { username: isolated(complete.username), words: complete.text }) }))
      while (log.children.length > ANNOUNCED) log.firstElementChild?.remove()
    },
  }
}
