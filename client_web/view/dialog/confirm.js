import { createDialog } from './dialog.js'
import { element, say } from '../elements/element.js'
import { createRefusal } from '../elements/refusal.js'

/**
 * Asks before an action. If the action is refused, the refusal is shown in the dialog.
 */
export function createConfirm() {
  /** @type {() => Promise<unknown>} */ let action = async () => {}
  /** @type {(answer: boolean) => void} */ let settle = () => {}
  const about = element('p', { class: 'confirm__about' })
  const refusal = createRefusal()
  const yes = element('button', { class: 'button button--action', type: 'button', on: { click: go } })
  const no = element('button', { class: 'button', type: 'button', on: { click: () => dialog.close() } })
  const dialog = createDialog('', element('div', { class: 'confirm' }, about, refusal.element, element('div', { class: 'confirm__buttons' }, yes, no)))
  dialog.onClose(() => settle(false))

  async function go() {
    if (!(await refusal.attempt(action))) return
    settle(true)
    dialog.close()
  }

  return {
    element: dialog.element,
    /**
     * @param {{ title: string, about: string, yes: string, no?: string, danger?: boolean, action?: () => Promise<unknown> }} question
     * @returns {Promise<boolean>} whether the answer was yes and the action succeeded
     */
    ask(question) {
      settle(false)
      action = question.action ?? (async () => {})
      dialog.entitle(question.title)
      say(about, question.about)
      say(yes, question.yes)
      say(no, question.no ?? 'Cancel')
      yes.classList.toggle('button--danger', Boolean(question.danger))
      refusal.say(null)
      /** @type {Promise<boolean>} */ const answer = new Promise((resolve) => {
        settle = (value) => {
          settle = () => {}
          resolve(value)
        }
      })
      dialog.open()
      return answer
    },
  }
}
