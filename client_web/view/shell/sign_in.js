import { avatar } from '../elements/avatar.js'
import { createDialog } from '../dialog/dialog.js'
import { createField, createForm } from '../dialog/form.js'
import { element } from '../elements/element.js'
import { createPasskeySignIn } from '../passkeys/sign_in.js'
import { createRefusal } from '../elements/refusal.js'
import { signInRefusalInWords } from './sign_in_words.js'

/** @type {Record<string, [field: string]>} */
const RULES = { users_username_is_text: ['name'], users_username_is_allowed: ['name'], users_username_looks_like_no_other: ['name'] }

/** @import { SignIn } from '../../session.js' */

/**
 * Signing in, in the ways of this relay. In the demo by a name; some can be chosen.
 * @param {object} actions
 * @param {(username: string) => Promise<unknown>} actions.signIn
 * @param {(name: string) => void} actions.signInAt  an issuer
 * @param {() => Promise<string[]>} actions.suggestions
 * @param {{ signIn: () => Promise<void>, createAccount: (username: string) => Promise<void>, unavailable: () => import('../passkeys/words.js').NoPasskeys|null }} actions.passkeys
 */
export function createSignIn({ signIn, signInAt, suggestions, passkeys }) {
  /** @type {(() => void)|null} */ let after = null
  const input = element('input', { name: 'username', required: true, maxlength: '40', autocomplete: 'nickname', autocapitalize: 'none', spellcheck: 'false' })
  const name = createField({ id: 'sign-in', label: 'Your name', input })
  const people = element('ul', { class: 'sign-in__people' })
  const demoNames = element('div', { class: 'sign-in__demo' }, element('p', { class: 'quiet', text: 'Or use a demo name:' }), people)
  const form = createForm({ fields: { name }, rules: RULES, go: 'Enter', check: () => (name.value ? null : ['name', 'A name needs at least one letter.']), submit }, name.element)
  form.element.append(demoNames)
  const closed = element('p', { class: 'quiet', text: 'You cannot choose a name here. Sign in on the website that uses this Roomtone.' })
  const demo = element('div', { class: 'sign-in__way' }, form.element)
  const refused = createRefusal() // by an issuer, or of what it said
  const issuers = element('div', { class: 'sign-in__way sign-in__issuers' })
  const byPasskey = createPasskeySignIn({ signIn: passkeys.signIn, createAccount: passkeys.createAccount, done })
  const dialog = createDialog('Who are you?', refused.element, byPasskey.element, issuers, demo, closed)

  async function submit() {
    await signIn(name.value)
    done()
  }

  function done() {
    const then = after
    after = null
    dialog.close()
    then?.()
  }

  /** With a demo name. @param {string} username */
  function choose(username) {
    input.value = username
    form.element.requestSubmit()
  }

  async function suggest() {
    const names = await suggestions().catch(() => [])
    demoNames.hidden = names.length === 0
    people.replaceChildren(...names.map((username) => element('li', {},
      element('button', { class: 'sign-in__person', type: 'button', on: { click: () => choose(username) } }, avatar(username), element('span', { text: username })))))
  }

  dialog.onClose(() => { after = null })
  return {
    element: dialog.element,
    /** @param {{ ways: SignIn, then?: (() => void)|null, reason?: string|null }} options  `then` is called after signing in, not if the dialog is closed; `reason`: see sign_in_words.js */
    open({ ways, then = null, reason = null }) {
      refused.say(reason === null ? null : signInRefusalInWords(reason))
      demo.hidden = !ways.demo
      byPasskey.element.hidden = !ways.passkeys
      byPasskey.open(passkeys.unavailable())
      issuers.hidden = ways.issuers.length === 0
      issuers.replaceChildren(...ways.issuers.map((issuer) => element('button', {
        class: 'button', type: 'button', text: `Sign in with ${issuer.title}`, on: { click: () => signInAt(issuer.name) },
      })))
      closed.hidden = ways.demo || ways.passkeys || ways.issuers.length > 0
      form.clear()
      demoNames.hidden = true
      dialog.open()
      after = then
      if (ways.passkeys) byPasskey.focus()
      else if (ways.demo) {
        name.focus()
        suggest()
      }
    },
  }
}
