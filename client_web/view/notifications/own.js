import { createDialog } from '../dialog/dialog.js'
import { labelOf } from '../dialog/form.js'
import { element, say } from '../elements/element.js'
import { createRefusal } from '../elements/refusal.js'
import { inWords } from '../../words/language.js'
import { ABOUT, KINDS, STATES } from './words.js'

/** @import { NotificationState } from './words.js' */

/**
 * My notifications: on or off in this browser, and of what. Each choice counts at once.
 * @param {{ state: () => Promise<NotificationState>, unwanted: () => Promise<ReadonlySet<string>>, turn: (on: boolean) => Promise<void>, want: (kind: string, wanted: boolean) => Promise<unknown> }} actions
 */
export function createOwnNotifications({ state, unwanted, turn, want }) {
  let on = false
  const now = element('p', { role: 'status' })
  const button = element('button', { class: 'button button--action', type: 'button', on: { click: pressed } })
  const refusal = createRefusal()
  const boxes = KINDS.map(([kind]) => element('input', { type: 'checkbox', name: kind, on: { change: chosen } }))
  const kinds = element('fieldset', { class: 'field field--choices' }, element('legend', { class: 'field__label', text: inWords('Tell me about') }),
    ...KINDS.map(([, title, about], index) => labelOf(boxes[index], title, about)))
  const dialog = createDialog(inWords('Notifications'), element('p', { class: 'quiet', text: ABOUT }), element('div', { class: 'own-list__new' }, now, button, refusal.element), element('div', { class: 'own-list__new' }, kinds))

  async function draw() {
    const is = await state()
    on = is === 'on'
    say(now, STATES[is])
    say(button, on ? inWords('Switch off in this browser') : inWords('Switch on in this browser'))
    button.hidden = is === 'unsupported' || is === 'blocked'
  }

  async function pressed() {
    await refusal.attempt(() => turn(!on).finally(draw))
  }

  /** A choice that was refused is taken back. @param {{ target: HTMLInputElement }} event */
  async function chosen({ target }) {
    const wanted = target.checked
    if (!(await refusal.attempt(() => want(target.name, wanted)))) target.checked = !wanted
  }

  return {
    element: dialog.element,
    async open() {
      refusal.say(null)
      const [off] = await Promise.all([unwanted(), draw()])
      for (const box of boxes) box.checked = !off.has(box.name)
      dialog.open()
    },
  }
}
