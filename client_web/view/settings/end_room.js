import { element } from '../elements/element.js'
import { createField, createForm } from '../dialog/form.js'
import { inWords } from '../../words/language.js'

const LONGEST = 200
/** @type {Record<string, [field: string]>} */
const RULES = { rooms_ended_reason_is_a_line: ['reason'], rooms_ended_reason_has_no_hidden_controls: ['reason'] }

/**
 * Ends the room for everybody, with a message. It is opened first, because it cannot be undone.
 * @param {{ end: (reason: string|null) => Promise<unknown> }} actions
 */
export function createEndRoom({ end }) {
  const input = element('input', { maxlength: String(LONGEST), autocomplete: 'off', placeholder: inWords('Thanks for being here') })
  const reason = createField({ id: 'settings-reason', label: inWords('A message to everybody (optional)'), input })
  const form = createForm({ fields: { reason }, rules: RULES, go: inWords('End it for everyone'), submit: async () => void (await end(reason.value || null)) }, reason.element)
  form.button.classList.add('button--danger')
  const root = element('details', { class: 'settings__part settings__end' },
    element('summary', { class: 'settings__title', text: inWords('End the room…') }),
    element('p', { class: 'quiet', text: inWords('Everybody leaves and reads your message. An ended room cannot be opened again.') }), form.element)

  return {
    element: root,
    open() {
      root.open = false
      form.clear()
      input.value = ''
    },
  }
}
