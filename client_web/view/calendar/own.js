import { createDialog } from '../dialog/dialog.js'
import { element, say } from '../elements/element.js'
import { createRefusal } from '../elements/refusal.js'
import { createCalendarAddress } from './address.js'
import { MADE, OWN_ABOUT, stateInWords } from './words.js'
import { inWords } from '../../words/language.js'

/**
 * My own calendar: making its secret address, which is shown once, making another one, and switching it off.
 * @param {{ madeAt: () => Promise<string|null>, renew: (again: boolean) => Promise<string|null>, end: () => Promise<boolean> }} actions
 *   madeAt: when my address was made; renew: answers the new address, null if I changed my mind
 */
export function createOwnCalendar({ madeAt, renew, end }) {
  let exists = false
  const state = element('p', {})
  const once = element('p', { role: 'status' })
  const address = createCalendarAddress(inWords('Your secret address'), { secret: true })
  const refusal = createRefusal()
  const make = element('button', { class: 'button button--action', type: 'button', on: { click: made } })
  const off = element('button', { class: 'button button--plain', type: 'button', text: inWords('Switch it off'), on: { click: ended } })
  const dialog = createDialog(inWords('Your calendar'), element('p', { class: 'quiet', text: OWN_ABOUT }), state, once, ...address.elements, refusal.element,
    element('div', { class: 'page__buttons' }, make, off))
  dialog.onClose(() => show(null))

  function show(/** @type {string|null} */ link) {
    address.update(link)
    say(once, link ? MADE : '')
  }

  async function draw() {
    const made_at = await madeAt()
    exists = made_at !== null
    say(state, stateInWords(made_at))
    say(make, exists ? inWords('Make a new address') : inWords('Make an address'))
    off.hidden = !exists
  }

  async function made() {
    await refusal.attempt(async () => {
      const link = await renew(exists)
      if (link === null) return
      show(link)
      await draw()
      address.focus()
    })
  }

  async function ended() {
    await refusal.attempt(async () => {
      if (!(await end())) return
      show(null)
      await draw()
      make.focus()
    })
  }

  return {
    element: dialog.element,
    async open() {
      refusal.say(null)
      await draw()
      dialog.open()
    },
  }
}
