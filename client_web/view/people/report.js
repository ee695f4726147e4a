import { createDialog } from '../dialog/dialog.js'
import { labelOf } from '../dialog/form.js'
import { element, say } from '../elements/element.js'
import { createRefusal } from '../elements/refusal.js'

/** @import { Named } from '../../room/moderation.js' */

const LONGEST = 1000

/**
 * Reports a person to the people who run this Roomtone.
 * @param {{ report: (person: Named, reason: string) => Promise<unknown>, block: (person: Named) => Promise<unknown>, done: (words: string) => void }} actions  `done`: shows that it was sent
 */
export function createReport({ report, block, done: confirm }) {
  /** @type {Named|null} */ let person = null
  let blocked = false
  const refusal = createRefusal('field__refusal')
  const reason = element('textarea', { class: 'field__input field__input--long', id: 'report-reason', name: 'reason', rows: '4', maxlength: String(LONGEST), required: true, 'aria-describedby': 'report-about' })
  const also = element('input', { type: 'checkbox', name: 'block' })
  const alsoText = new Text()
  const go = element('button', { class: 'button button--action', type: 'submit', text: 'Send the report' })
  const choice = labelOf(also, alsoText, 'You do not hear them, and are warned before you enter a room where they are.')
  const form = element('form', { class: 'dialog__form', novalidate: true, on: { submit } },
    element('div', { class: 'field' }, element('label', { class: 'field__label', for: 'report-reason', text: 'What happened?' }), reason, refusal.element),
    element('p', { class: 'quiet report__about', id: 'report-about', text: 'The report includes the last 200 events and 50 messages that you could see in this room. Only the people who run this Roomtone read it. The person you report is not informed.' }),
    choice, go)
  const dialog = createDialog('Report', form)

  async function submit(/** @type {Event} */ event) {
    event.preventDefault()
    const whom = person
    if (!whom) return
    const done = await refusal.attempt(async () => {
      await report(whom, reason.value.trim())
      if (also.checked && !blocked) await block(whom)
    })
    if (!done) return reason.focus()
    reason.value = ''
    dialog.close()
    confirm(`Your report about ${whom.username} was sent. Thank you.`)
  }

  return {
    element: dialog.element,
    /** @param {Named} whom @param {boolean} isBlocked */
    open(whom, isBlocked) {
      if (person?.user_id !== whom.user_id) reason.value = ''
      person = whom
      blocked = isBlocked
      also.checked = false
      choice.hidden = isBlocked
      refusal.say(null)
      dialog.entitle(`Report ${whom.username}`)
      say(alsoText, `Block ${whom.username} as well`)
      dialog.open()
      reason.focus()
    },
  }
}
