import { element, mark, say } from '../elements/element.js'
import { keyboard, mentionKey } from '../elements/keyboard.js'
import { createMicrophone } from './microphone.js'
import { createMore } from './more.js'
import { createPalette } from '../reactions/reactions.js'
import { symbol } from '../elements/symbol.js'
import { meInWords } from '../stage/stage_words.js'
import { inWords } from '../../words/language.js'

/** @import { RoomSessionState } from '../../room/room_session_state.js' */

/**
 * The bar at the bottom of a room: my state in words, and the controls.
 * @typedef {{ leave: () => void, stepUp: () => void, stepDown: () => void, toggleHand: () => void, togglePanel: () => void,
 *             toggleInspector: () => void, checkSound: () => void, showKeys: () => void }} BarActions
 * @param {BarActions & Parameters<typeof createMicrophone>[0] & Parameters<typeof createPalette>[0]} actions
 */
export function createControls(actions) {
  const headline = element('strong', { class: 'controls__headline' })
  const advice = element('span', { class: 'controls__advice quiet' })
  const words = element('p', { class: 'controls__words', role: 'status' }, headline, ' ', advice)
  const microphone = createMicrophone(actions)
  const refusal = element('p', { class: 'controls__refusal', role: 'alert', hidden: true })

  const handWords = element('span')
  const leave = control('leave', inWords('Leave quietly'), actions.leave, 'L')
  const down = control('ear', inWords('Just listen'), actions.stepDown)
  const chat = control('chat', inWords('Chat'), actions.togglePanel, 'C')
  const unread = element('span', { class: 'count control__unread', hidden: true })
  chat.append(unread)
  const palette = createPalette(actions)
  const inspector = control('inspector', inWords('Inspector'), actions.toggleInspector, 'G')
  const sound = control('dials', inWords('Sound'), actions.checkSound, 'S')
  const keys = control('keys', inWords('Keys'), actions.showKeys, '?')
  keys.classList.add('control--keys')
  const hand = element('button', { class: 'controls__up', type: 'button', on: { click: actions.toggleHand } }, symbol('hand'), handWords)
  const up = element('button', { class: 'controls__up', type: 'button', on: { click: actions.stepUp } }, symbol('stage'), inWords('Join the stage'))
  const root = element('footer', { class: 'controls' },
    microphone.notice, refusal, words,
    element('div', { class: 'controls__row' },
      element('div', { class: 'controls__side' }, leave, palette.element),
      element('div', { class: 'controls__middle' }, microphone.element, hand, up),
      element('div', { class: 'controls__side controls__side--end' }, chat, createMore(down, sound, inspector, keys).element)))

  return {
    element: root,
    update(/** @type {RoomSessionState} */ roomSession) {
      const { me, may, phase } = roomSession
      root.hidden = phase === 'left'
      const state = meInWords(roomSession, keyboard.hints)
      say(headline, state.headline)
      say(advice, state.advice)
      down.hidden = !may.step_down || !me?.on_stage
      up.hidden = !may.step_up || may.speak
      hand.hidden = !may.raise_hand && !may.lower_hand
      const raised = roomSession.handWish ?? may.lower_hand
      hand.classList.toggle('controls__up--raised', raised)
      say(handWords, raised ? inWords('Lower hand') : inWords('Raise hand'))
      mentionKey(hand, raised ? inWords('Lower hand') : inWords('Raise hand'), 'H')
      microphone.element.hidden = !may.speak && Boolean(me)
      microphone.update(roomSession)
    },
    /** Focuses the most important control. */
    focus: () => [microphone.element, hand, up, leave].find((each) => !each.hidden)?.focus(),
    levels: (/** @type {ReadonlyMap<number, number>} */ levels) => microphone.levels(levels),
    toggleReactions: palette.toggle,
    chat,
    /** @param {boolean} open  chat and people @param {number} count  unread messages */
    panel(open, count) {
      mark(chat, 'aria-expanded', open ? 'true' : 'false')
      unread.hidden = count === 0
      if (unread.dataset.count === String(count)) return
      unread.dataset.count = String(count)
      unread.replaceChildren(String(count > 99 ? '99+' : count), element('span', { class: 'visually-hidden', text: ` ${inWords('unread')}` }))
    },
    inspector: (/** @type {boolean} */ open) => mark(inspector, 'aria-expanded', open ? 'true' : 'false'),
    /** Another room: what was refused in the last one is old. */
    forget() {
      refusal.hidden = true
      say(refusal, '')
      palette.forget()
      microphone.forget()
    },
    /** Gives its button the focus, if it is shown. @returns {boolean} whether it is */
    focusInspector() {
      inspector.focus()
      return document.activeElement === inspector
    },
    /** Shows a refusal. @param {string|null} text */
    refuse(text) {
      refusal.hidden = !text
      say(refusal, text ?? '')
    },
  }
}

/** @param {string} drawing @param {string} label @param {() => void} action @param {string} [key] */
function control(drawing, label, action, key) {
  const button = element('button', { class: 'control', type: 'button', title: label, on: { click: () => action() } }, symbol(drawing), element('span', { class: 'control__label', text: label }))
  if (key) mentionKey(button, label, key)
  return button
}
