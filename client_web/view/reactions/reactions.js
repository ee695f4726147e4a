import { PALETTE } from '../../room/reactions.js'
import { shownFor } from '../../room/shown_for.js'
import { gestureInWords } from '../chat/words.js'
import { disclose } from '../elements/disclosure.js'
import { element, mark, say } from '../elements/element.js'
import { BRIEF, isStill, move } from '../elements/motion.js'
import { mentionKey } from '../elements/keyboard.js'
import { symbol } from '../elements/symbol.js'
import { inWords } from '../../words/language.js'
import { capital } from '../elements/words.js'

const SHOWN = 2 // s
const OVER_A_SEAT = 3 // at the same time
const REFUSAL_SHOWN = 4 // s

/**
 * The reactions in the room's bar, chosen by pointer, arrow keys or numbers.
 * @param {{ react: (emoji: string) => Promise<string|null> }} actions  resolves with the text of a refusal
 */
export function createPalette({ react }) {
  /** @type {ReturnType<typeof setTimeout>|undefined} */ let timer
  const choices = PALETTE.map((emoji, index) => element('button', {
    class: 'palette__one', type: 'button', 'aria-label': capital(gestureInWords(emoji)), title: `${capital(gestureInWords(emoji))} (${index + 1})`,
    tabindex: index === 0 ? '0' : '-1', on: { click: () => choose(index) },
  }, element('span', { 'aria-hidden': 'true', text: emoji })))
  const refusal = element('p', { class: 'palette__refusal', role: 'alert', hidden: true })
  const row = element('div', { class: 'palette__row', role: 'toolbar', 'aria-label': inWords('Reactions'), on: { keydown } }, ...choices)
  const palette = element('div', { class: 'palette' }, refusal, row)
  const button = element('button', {
    class: 'control control--reactions', type: 'button',
  }, symbol('smile'), element('span', { class: 'control__label', text: inWords('React') }))
  mentionKey(button, inWords('React'), 'R')
  const root = element('div', { class: 'reacting' }, button, palette)

  const { toggle } = disclose(root, button, palette, { shown })

  function shown() {
    showRefusal(null)
    move(palette, [{ opacity: 0, transform: 'translateY(6px)' }, { opacity: 1, transform: 'none' }])
    focus(0)
  }

  function focus(/** @type {number} */ index) {
    const at = (index + choices.length) % choices.length
    choices.forEach((each, each_index) => mark(each, 'tabindex', each_index === at ? '0' : '-1'))
    choices[at].focus()
  }

  async function choose(/** @type {number} */ index) {
    const refused = await react(PALETTE[index])
    if (refused) showRefusal(refused) // it stays for a while, even if the next reaction succeeds
  }

  function keydown(/** @type {KeyboardEvent} */ event) {
    const at = choices.findIndex((each) => event.target instanceof Node && each.contains(event.target))
    /** @type {number|undefined} */ const next = /** @type {Record<string, number>} */ ({ ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: choices.length - 1 })[event.key]
    if (next !== undefined) focus(next)
    else if (/^[1-8]$/u.test(event.key)) choose(Number(event.key) - 1)
    else return
    event.preventDefault()
  }

  function showRefusal(/** @type {string|null} */ words) {
    clearTimeout(timer)
    refusal.hidden = !words
    say(refusal, words ?? '')
    if (words) timer = setTimeout(showRefusal, shownFor(REFUSAL_SHOWN), null)
  }

  return { element: root, toggle, forget: () => showRefusal(null) }
}

/**
 * Shows reactions over the seats they come from, for two seconds. With reduced motion they are shown beside the name.
 * @param {(user_id: number) => Element|null} seatOf  the seat on the screen, if there is one
 */
export function createFloating(seatOf) {
  return {
    /** @param {{ user_id: number, emoji: string }} reaction */
    show({ user_id, emoji }) {
      const seat = seatOf(user_id)
      if (!seat || document.hidden) return
      const place = isStill() ? seat : (seat.querySelector('.seat__face') ?? seat)
      const there = /** @type {HTMLElement[]} */ ([...place.querySelectorAll(':scope > .reaction')])
      const same = there.find((each) => each.dataset.emoji === emoji)
      if (same) return again(same)
      if (there.length >= OVER_A_SEAT) go(there[0])
      const drawn = element('span', { class: isStill() ? 'reaction reaction--still' : 'reaction', 'aria-hidden': 'true', 'data-emoji': emoji, 'data-place': String(freePlace(there)) }, emoji)
      place.append(drawn)
      move(drawn, [{ opacity: 0, transform: 'translateY(24px) scale(0.5)' }, { opacity: 1, transform: 'none' }])
      stay(drawn)
    },
  }
}

/** @type {WeakMap<HTMLElement, ReturnType<typeof setTimeout>>} */ const leaving = new WeakMap()

function stay(/** @type {HTMLElement} */ drawn) {
  clearTimeout(leaving.get(drawn))
  leaving.set(drawn, setTimeout(go, shownFor(SHOWN), drawn))
}

/** The same reaction again: only a number is shown. */
function again(/** @type {HTMLElement} */ drawn) {
  const times = Number(drawn.dataset.times ?? 1) + 1
  drawn.dataset.times = String(times)
  mark(drawn, 'data-count', `×${times}`)
  move(drawn, [{ transform: 'scale(1.3)' }, { transform: 'none' }])
  stay(drawn)
}

function go(/** @type {HTMLElement} */ drawn) {
  clearTimeout(leaving.get(drawn))
  delete drawn.dataset.emoji
  if (!move(drawn, [{ opacity: 1, transform: 'none' }, { opacity: 0, transform: 'translateY(-20px)' }], { fill: 'forwards' })) return drawn.remove()
  setTimeout(() => drawn.remove(), BRIEF) // animations do not run in a hidden tab
}

const freePlace = (/** @type {HTMLElement[]} */ there) => [0, 1, 2].find((place) => !there.some((each) => each.dataset.place === String(place))) ?? 0
