import { createDialog } from './dialog.js'
import { element, mark, say } from '../elements/element.js'
import { createRefusal, refusalOf } from '../elements/refusal.js'
import { inWords } from '../../words/language.js'

/**
 * @typedef {object} Question
 * @property {string} title
 * @property {string} about
 * @property {string} yes  the text of the button
 * @property {string} [no]
 * @property {boolean} [danger]
 * @property {string} [waiting]  what is shown while the action runs
 * @property {(signal: AbortSignal) => Promise<unknown>} [action]  `signal` is aborted when the dialog is closed
 */

/**
 * Asks before an action. If the action is refused, the refusal is shown in the dialog. Another question may be asked while the action of the
 * one before still runs: what becomes of that action changes nothing in the dialog any more.
 */
export function createConfirm() {
  /** @typedef {Question & { running: boolean, ended: AbortController, answer: (yes: boolean) => void }} Asked */
  /** @type {Asked|null} */ let asked = null
  const about = element('p', { class: 'confirm__about' })
  const waiting = element('p', { class: 'quiet', role: 'status' })
  const refusal = createRefusal()
  const yes = element('button', { class: 'button button--action', type: 'button', on: { click: go } })
  const no = element('button', { class: 'button', type: 'button', on: { click: () => dialog.close() } })
  const dialog = createDialog('', element('div', { class: 'confirm' }, about, waiting, refusal.element, element('div', { class: 'confirm__buttons' }, yes, no)))
  dialog.onClose(end)

  async function go() {
    const question = asked
    if (!question || question.running) return
    run(question, true)
    refusal.say(null)
    const refused = await refusalOf(async () => question.action?.(question.ended.signal))
    if (refused === null) question.answer(true)
    else if (asked !== question) question.answer(false)
    if (asked !== question) return
    if (refused === null) return dialog.close()
    run(question, false)
    refusal.say(refused)
  }

  /** @param {Asked} question @param {boolean} running  whether its action runs */
  function run(question, running) {
    question.running = running
    mark(yes, 'aria-disabled', running ? 'true' : null)
    say(waiting, (running && question.waiting) || '')
  }

  /** The question is not shown any more. An action that runs still answers it. */
  function end() {
    const question = asked
    asked = null
    question?.ended.abort()
    if (!question?.running) question?.answer(false)
  }

  return {
    element: dialog.element,
    /** @param {Question} question @returns {Promise<boolean>} whether the answer was yes and the action succeeded */
    ask(question) {
      end()
      dialog.entitle(question.title)
      say(about, question.about)
      say(yes, question.yes)
      say(no, question.no ?? inWords('Cancel'))
      yes.classList.toggle('button--danger', Boolean(question.danger))
      refusal.say(null)
      /** @type {Promise<boolean>} */ const answer = new Promise((resolve) => {
        asked = { ...question, running: false, ended: new AbortController(), answer: resolve }
        run(asked, false)
      })
      dialog.open()
      return answer
    },
  }
}
