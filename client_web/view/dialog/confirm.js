import { createDialog } from './dialog.js'
import { element, say } from '../elements/element.js'
import { createRefusal } from '../elements/refusal.js'

/**
 * "Are you sure?", saying what it means; the answer may be refused, and then that is said here.
 */
export function createConfirm() {
  /** @type {() => Promise<unknown>} */ let act = async () => {}
  /** @type {(answer: boolean) => void} */ let settle = () => {}
  const about = element('p', { class: 'confirm__about' })
  const refusal = createRefusal()
  const yes = element('button', { class: 'button button--action', type: 'button', on: { click: go } })
  const no = element('button', { class: 'button', type: 'button', on: { click: () => dialog.close() } })
  const dialog = createDialog('', element('div', { class: 'confirm' }, about, refusal.element, element('div', { class: 'confirm__ways' }, yes, no)))
  const heading = dialog.element.querySelector('.dialog__title')
  dialog.element.addEventListener('close', () => settle(false))

  async function go() {
    if (!(await refusal.attempt(act))) return
    settle(true)
    dialog.close()
  }

  return {
    element: dialog.element,
    /**
     * @param {{ title: string, about: string, yes: string, no?: string, grave?: boolean, act?: () => Promise<unknown> }} question
     * @returns {Promise<boolean>} whether it was answered with yes, and done
     */
    ask(question) {
      settle(false)
      act = question.act ?? (async () => {})
      say(heading, question.title)
      dialog.element.setAttribute('aria-label', question.title)
      say(about, question.about)
      say(yes, question.yes)
      say(no, question.no ?? 'Cancel')
      yes.classList.toggle('button--grave', Boolean(question.grave))
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
