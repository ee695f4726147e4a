import { element } from '../elements/element.js'
import { createRefusal } from '../elements/refusal.js'

const LONGEST = 200

/**
 * Ends the room for everybody, with a message. It is opened first, because it cannot be undone.
 * @param {{ end: (reason: string|null) => Promise<unknown> }} actions
 */
export function createEndRoom({ end }) {
  const refusal = createRefusal('field__refusal')
  const reason = element('input', { id: 'settings-reason', class: 'field__input', maxlength: String(LONGEST), autocomplete: 'off', placeholder: 'Thanks for being here' })
  const go = element('button', { class: 'button button--action button--danger', type: 'submit', text: 'End it for everyone' })
  const form = element('form', { class: 'dialog__form', on: { submit } },
    element('div', { class: 'field' }, element('label', { class: 'field__label', for: 'settings-reason', text: 'A message to everybody (optional)' }), reason, refusal.element), go)
  const root = element('details', { class: 'settings__part settings__end' },
    element('summary', { class: 'settings__title', text: 'End the room…' }),
    element('p', { class: 'quiet', text: 'Everybody leaves and reads your message. An ended room cannot be opened again.' }), form)

  async function submit(/** @type {Event} */ event) {
    event.preventDefault()
    await refusal.attempt(() => end(reason.value.trim() || null))
  }

  return {
    element: root,
    open() {
      root.open = false
      reason.value = ''
      refusal.say(null)
    },
  }
}
