import { element, say } from '../elements/element.js'
import { createRefusal } from '../elements/refusal.js'
import { symbol } from '../elements/symbol.js'
import { inWords } from '../../words/language.js'

/**
 * On a speaker's card: what they said last, oldest first, each with a button to delete it, which asks once more. Captions of which only
 * the words change keep their buttons, and with them the focus. One whose question is open stays, however much is said meanwhile.
 *
 * @import { Caption } from '../../room/caption_log.js'
 * @param {{ deleteCaption: (id: number) => Promise<unknown> }} actions
 * @param {() => void} focusCard  gets the focus after the last caption
 */
export function createCardCaptions({ deleteCaption }, focusCard) {
  /** @type {Map<number, ReturnType<typeof createLine>>} by id of the caption */ const made = new Map()
  const refusal = createRefusal()
  const list = element('ul', { class: 'said__list' })
  const root = element('div', { class: 'said', role: 'group', 'aria-label': inWords('Captions') }, element('h3', { class: 'caps', text: inWords('Captions') }), element('div', { class: 'said__lines scrolls' }, list), refusal.element)

  /** @param {number} id */
  function createLine(id) {
    const words = element('p', { class: 'said__words', dir: 'auto', id: `said-${id}` })
    const bin = element('button', { class: 'said__action', type: 'button', 'aria-label': inWords('Delete this caption'), 'aria-describedby': words.id, title: inWords('Delete this caption'), on: { click: () => ask(true) } }, symbol('bin'))
    const yes = element('button', { class: 'said__action said__action--danger', type: 'button', text: inWords('Delete'), 'aria-describedby': words.id, hidden: true, on: { click: () => void refusal.attempt(confirm) } })
    const no = element('button', { class: 'said__action', type: 'button', text: inWords('Keep it'), hidden: true, on: { click: () => ask(false) } })

    let deleted = false

    async function confirm() {
      await deleteCaption(id)
      deleted = true // also if the log does not have it any more
    }

    function ask(/** @type {boolean} */ again) {
      bin.hidden = again
      yes.hidden = no.hidden = !again
      if (again) yes.focus()
      else bin.focus()
    }

    return { element: element('li', { class: 'said__line' }, words, bin, yes, no), bin, words, asks: () => !yes.hidden && !deleted }
  }

  /** The caption after it gets the focus, or else the one before. @param {HTMLElement} line */
  function moveFocus(line) {
    const near = line.nextElementSibling ?? line.previousElementSibling
    const next = [...made.values()].find((each) => each.element === near)
    if (next && !next.bin.hidden) next.bin.focus()
    else focusCard()
  }

  return {
    element: root,
    /**
     * @param {readonly Caption[]|null} latest  which I may delete, oldest first; null: none @param {readonly number[]} deleted  ids
     * @param {boolean} another  the card shows another person
     */
    update(latest, deleted, another) {
      const captions = latest ?? []
      if (another) {
        refusal.say(null)
        made.clear() // with the questions that are open
        list.replaceChildren()
      }
      for (const [id, line] of made) {
        if (captions.some((one) => one.id === id) || (latest && line.asks() && !deleted.includes(id))) continue
        made.delete(id)
        if (line.element.contains(document.activeElement)) moveFocus(line.element)
        line.element.remove()
      }
      for (const { id, text } of captions) {
        const line = made.get(id) ?? createLine(id)
        made.set(id, line)
        say(line.words, text)
        if (!line.element.parentElement) list.append(line.element)
      }
      root.hidden = made.size === 0 && refusal.element.hidden
    },
  }
}
