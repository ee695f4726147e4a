import { LONGEST, lengthInWords, lengthOf, slowInWords, waitInWords } from './words.js'
import { element, mark, say } from '../elements/element.js'
import { symbol } from '../elements/symbol.js'
import { inWords } from '../../words/language.js'

/**
 * @import { ChatState } from '../../room/chat.js'
 * @import { RoomSession } from '../../room/room_session.js'
 */

const TICK = 250 // ms

/** @typedef {{ roomSession: RoomSession, chat: ChatState, phase: string, slow_mode: number, draft: () => string }} Model */

/**
 * The box to write in: Enter sends, Shift+Enter starts a new line. It shows how many characters are left, and why I have to wait. The text
 * stays until it is sent.
 *
 * @param {{ sendMessage: (text: string) => boolean, keepDraft: (text: string) => void, sent: () => void }} actions
 */
export function createComposer(actions) {
  /** @type {Model|null} */ let model = null
  /** @type {ReturnType<typeof setInterval>|undefined} */ let timer
  const box = element('textarea', {
    id: 'chat-box', class: 'composer__box', rows: '1', dir: 'auto', placeholder: inWords('Write to the room'), 'aria-label': inWords('Write to everybody in the room'),
    'aria-describedby': 'chat-notice chat-count', enterkeyhint: 'send', autocomplete: 'off', on: { input: typed, keydown: pressed },
  })
  const send = element('button', { class: 'composer__send', type: 'submit', 'aria-label': inWords('Send'), title: inWords('Send (Enter)') }, symbol('send'))
  const notice = element('p', { id: 'chat-notice', class: 'composer__notice' })
  const heard = element('p', { class: 'visually-hidden', role: 'status' })
  const count = element('p', { id: 'chat-count', class: 'composer__count' })
  const root = element('form', { class: 'composer', on: { submit } },
    element('div', { class: 'composer__words' }, notice, count), heard,
    element('div', { class: 'composer__row' }, box, send))

  const secondsLeft = () => {
    const until = model?.chat.wait?.until ?? 0
    return Math.max(0, Math.ceil((until - performance.now()) / 1000))
  }

  function typed() {
    actions.keepDraft(box.value)
    fit()
    drawLength()
  }

  /** Makes the box as high as its text; most browsers can do it by CSS (`field-sizing`). */
  function fit() {
    if (CSS.supports('field-sizing', 'content')) return
    box.style.height = 'auto'
    if (box.value) box.style.height = `${box.scrollHeight + 2}px`
    else box.style.removeProperty('height')
  }

  function pressed(/** @type {KeyboardEvent} */ event) {
    // Enter also ends the composition of a word, for example in Japanese.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return
    submit(event)
  }

  function submit(/** @type {Event} */ event) {
    event.preventDefault()
    const text = box.value
    if (!text.trim()) return box.focus()
    if (lengthOf(text.trim()) > LONGEST) return announce(inWords('This is too long: {how}.', { how: lengthInWords(lengthOf(text.trim())) }))
    if (!actions.sendMessage(text)) return announce(notice.textContent ?? '')
    set('')
    actions.sent()
    box.focus()
  }

  /** Also announced to screen readers, unlike the countdown itself. */
  function announce(/** @type {string} */ words) {
    heard.replaceChildren(element('span', { text: words }))
    box.focus()
  }

  function set(/** @type {string} */ text) {
    box.value = text
    fit()
    drawLength()
    drawNotice()
  }

  function drawLength() {
    const length = lengthOf(box.value.trim())
    say(count, lengthInWords(length))
    mark(box, 'aria-invalid', length > LONGEST ? 'true' : null)
    mark(send, 'aria-disabled', length === 0 || length > LONGEST || !ready() ? 'true' : null)
  }

  const ready = () => model?.phase !== 'joining' && secondsLeft() === 0

  function noticeOf(/** @type {Model} */ model) {
    if (model.phase === 'reconnecting') return inWords('You are not connected. What you write is sent when you are connected again.')
    const seconds = secondsLeft()
    if (seconds > 0) return waitInWords(Boolean(model.chat.wait?.slow), seconds)
    return model.slow_mode > 0 ? slowInWords(model.slow_mode) : ''
  }

  function drawNotice() {
    if (!model) return
    say(notice, noticeOf(model))
    mark(root, 'data-waits', secondsLeft() > 0 ? 'true' : null)
    if (secondsLeft() > 0 && !timer) timer = setInterval(tick, TICK)
  }

  function tick() {
    if (secondsLeft() === 0) {
      clearInterval(timer)
      timer = undefined
    }
    drawNotice()
    drawLength()
  }

  return {
    element: root,
    /** @param {Model} latest */
    update(latest) {
      const elsewhere = model?.roomSession !== latest.roomSession
      model = latest
      if (elsewhere) set(latest.draft())
      drawNotice()
      drawLength()
    },
    focus: () => box.focus(),
    /** Puts the text of an unsent message back into the box, before what is typed. @param {string} text */
    putBack(text) {
      set([text, box.value].filter(Boolean).join('\n'))
      actions.keepDraft(box.value)
      box.focus()
    },
  }
}
