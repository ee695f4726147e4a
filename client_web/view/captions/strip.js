import { element, say } from '../elements/element.js'
import { createRefusal } from '../elements/refusal.js'
import { symbol } from '../elements/symbol.js'
import { createMemory } from '../../media/memory.js'
import { myCaptionsInWords } from './words.js'
import { inWords, isolated } from '../../words/language.js'

/**
 * @import { Caption } from '../../room/caption_log.js'
 * @import { ShownRoomSession } from '../../room/room_session_state.js'
 */

/**
 * Says to everybody that captions are on, and to a speaker what happens with their own words. Complete captions of others are announced
 * politely, each once, for who reads by a screen reader what they cannot hear; unfinished ones never. What is taken back goes from there too. Who does not want captions hides them all.
 *
 * @param {{ chooseCaptions: () => void, retryCaptions: () => void, takeBackCaption: () => Promise<unknown> }} actions
 * @param {() => void} onShown  captions are hidden or shown again
 */
export function createCaptionsStrip({ chooseCaptions, retryCaptions, takeBackCaption }, onShown) {
  const memory = createMemory('roomtone.captions')
  let shown = memory.recall().shown !== false
  /** @type {WeakSet<Caption>} */ const seen = new WeakSet() // announced, or not to be
  /** @type {Map<Caption, HTMLElement>} */ const lines = new Map()
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

  /** @param {readonly Caption[]} captions */
  function keepOnly(captions) {
    for (const [caption, line] of lines) {
      if (captions.includes(caption)) continue
      line.remove()
      lines.delete(caption)
    }
  }

  /** @param {Caption} caption */
  function announce(caption) {
    const { username, text } = caption
    const line = element('p', { dir: 'auto', text: inWords('{username}: {words}', { username: isolated(username), words: text }) })
    lines.set(caption, line)
    log.append(line)
  }

  function draw() {
    say(hide, shown ? inWords('Hide captions') : inWords('Show captions'))
    if (!shown) keepOnly([])
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
      keepOnly([])
      refusal.say(null)
    },
    /** @param {ShownRoomSession} roomSession */
    update({ captions, me, may, phase, blocks }) {
      root.hidden = phase === 'left' || !captions.on
      if (root.hidden) return keepOnly([])
      const speaks = may.speak && me !== null
      mine.hidden = choose.hidden = !speaks
      say(mine, speaks ? myCaptionsInWords(captions, me) : '')
      retry.hidden = !speaks || me.muted || captions.agreed !== 'self' || captions.speech !== 'failed'
      back.hidden = !speaks || !captions.lines.get(me.user_id)?.length
      const others = captions.completed.filter(({ user_id }) => user_id !== me?.user_id && !blocks?.has(user_id))
      keepOnly(shown ? others : [])
      for (const caption of others) if (shown && !seen.has(caption)) announce(caption)
      for (const caption of captions.completed) seen.add(caption)
    },
  }
}
