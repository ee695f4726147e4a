import { createDialog } from '../dialog/dialog.js'
import { createField, createForm, labelOf } from '../dialog/form.js'
import { element, say } from '../elements/element.js'
import { inWords } from '../../words/language.js'

/** @import { Named } from '../../room/moderation.js' */

const LONGEST = 1000
/** @type {Record<string, [field: string]>} */
const RULES = { reports_reason_is_text: ['reason'], reports_reason_has_no_hidden_controls: ['reason'] }

/**
 * Reports a person to the people who run this Roomtone.
 * @param {{ report: (person: Named, reason: string) => Promise<unknown>, block: (person: Named) => Promise<unknown>, done: (words: string) => void }} actions  `done`: shows that it was sent
 */
export function createReport({ report, block, done }) {
  /** @type {Named|null} */ let person = null
  let blocked = false
  const reason = createField({
    id: 'report-reason',
    label: inWords('What happened?'),
    hint: inWords('The report includes the last 200 events and 50 messages that you could see in this room. Only the people who run this Roomtone read it. The person you report is not informed.'),
    input: element('textarea', { class: 'field__input--long', name: 'reason', rows: '4', maxlength: String(LONGEST), required: true }),
  })
  const also = element('input', { type: 'checkbox', name: 'block' })
  const alsoText = new Text()
  const choice = labelOf(also, alsoText, inWords('You do not hear them, and are warned before you enter a room where they are.'))
  const form = createForm({ fields: { reason }, rules: RULES, go: inWords('Send the report'), submit }, reason.element, choice)
  const dialog = createDialog(inWords('Report'), form.element)

  async function submit() {
    const whom = /** @type {Named} */ (person)
    await report(whom, reason.value)
    if (also.checked && !blocked) await block(whom)
    reason.input.value = ''
    dialog.close()
    done(inWords('Your report about {username} was sent. Thank you.', { username: whom.username }))
  }

  return {
    element: dialog.element,
    /** @param {Named} whom @param {boolean} isBlocked */
    open(whom, isBlocked) {
      if (person?.user_id !== whom.user_id) reason.input.value = ''
      person = whom
      blocked = isBlocked
      also.checked = false
      choice.hidden = isBlocked
      form.clear()
      dialog.entitle(inWords('Report {username}', { username: whom.username }))
      say(alsoText, inWords('Block {username} as well', { username: whom.username }))
      dialog.open()
      reason.focus()
    },
  }
}
