import { avatar } from '../elements/avatar.js'
import { createDialog } from '../dialog/dialog.js'
import { element, mark, say } from '../elements/element.js'
import { problemInWords } from '../elements/words.js'

/**
 * Asks for a name to sign in with; some demo names can be chosen.
 * @param {{ signIn: (username: string) => Promise<unknown>, suggestions: () => Promise<string[]> }} actions
 */
export function createSignIn({ signIn, suggestions }) {
  /** @type {(() => void)|null} */ let after = null
  const name = element('input', { id: 'sign-in-name', class: 'field__input', name: 'username', required: true, maxlength: '40', autocomplete: 'nickname', autocapitalize: 'none', spellcheck: 'false', 'aria-describedby': 'sign-in-refusal' })
  const refusal = element('p', { class: 'field__refusal', id: 'sign-in-refusal', role: 'alert' })
  const go = element('button', { class: 'button button--action', type: 'submit', text: 'Enter' })
  const people = element('ul', { class: 'sign-in__people' })
  const demoNames = element('div', { class: 'sign-in__demo' }, element('p', { class: 'quiet', text: 'Or use a demo name:' }), people)
  const form = element('form', { class: 'dialog__form', novalidate: true, on: { submit: (event) => { event.preventDefault(); submit(name.value) } } },
    element('div', { class: 'field' }, element('label', { class: 'field__label', for: 'sign-in-name', text: 'Your name' }), name, refusal), go, demoNames)
  const closed = element('p', { class: 'quiet', text: 'You cannot choose a name here. Sign in on the website that uses this Roomtone.' })
  const dialog = createDialog('Who are you?', form, closed)

  async function submit(/** @type {string} */ username) {
    const wanted = username.trim()
    if (!wanted) {
      say(refusal, 'A name needs at least one letter.')
      mark(name, 'aria-invalid', 'true')
      return name.focus()
    }
    mark(go, 'aria-disabled', 'true')
    try {
      await signIn(wanted)
      const then = after
      after = null
      dialog.close()
      then?.()
    } catch (problem) {
      say(refusal, problemInWords(problem))
      mark(name, 'aria-invalid', 'true')
      name.focus()
    } finally {
      mark(go, 'aria-disabled', null)
    }
  }

  async function suggest() {
    const names = await suggestions().catch(() => [])
    demoNames.hidden = names.length === 0
    people.replaceChildren(...names.map((username) => element('li', {},
      element('button', { class: 'sign-in__person', type: 'button', on: { click: () => submit(username) } }, avatar(username), element('span', { text: username })))))
  }

  dialog.element.addEventListener('close', () => { after = null })
  return {
    element: dialog.element,
    /** @param {{ demo: boolean, then?: (() => void)|null }} options  `then` is called after signing in, not if the dialog is closed */
    open({ demo, then = null }) {
      form.hidden = !demo
      closed.hidden = demo
      say(refusal, '')
      mark(name, 'aria-invalid', null)
      demoNames.hidden = true
      dialog.open()
      after = then
      if (demo) {
        name.focus()
        suggest()
      }
    },
  }
}
