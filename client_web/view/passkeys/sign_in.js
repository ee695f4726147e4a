import { createField, createForm } from '../dialog/form.js'
import { element, mark, say } from '../elements/element.js'
import { createRefusal } from '../elements/refusal.js'
import { createAsking } from './asking.js'
import { NO_PASSKEYS } from './words.js'
import { inWords } from '../../words/language.js'

/** @import { NoPasskeys } from './words.js' */

/** @type {Record<string, [field: string]>} */
const RULES = {
  users_username_is_text: ['name'], users_username_is_allowed: ['name'], users_username_is_unique: ['name'], users_username_looks_like_no_other: ['name'],
}

/**
 * Signing in with a passkey (`enter`), or making an account with one (`account`).
 * @param {object} actions
 * @param {(signal: AbortSignal) => Promise<void>} actions.signIn  `signal` ends what the browser asks
 * @param {(username: string, signal: AbortSignal) => Promise<void>} actions.createAccount
 * @param {() => void} actions.done
 */
export function createPasskeySignIn({ signIn, createAccount, done }) {
  const refusal = createRefusal()
  const button = element('button', { class: 'button button--action', type: 'button', text: inWords('Sign in with a passkey'), on: { click: go } })
  const asking = createAsking({ changed: (waits) => mark(button, 'aria-disabled', waits ? 'true' : null) })
  const why = element('p', { class: 'quiet' })
  const input = element('input', { name: 'new-name', required: true, maxlength: '40', autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false' })
  const name = createField({ id: 'new-account', label: inWords('Name of the account'), input, hint: inWords('Others see it. Your device keeps the passkey, and asks for your finger, face or PIN. There is no password.') })
  const form = createForm({
    fields: { name }, rules: RULES, go: inWords('Make an account'), check: () => (name.value ? null : ['name', inWords('A name needs at least one letter.')]),
    submit: () => ask(name.element, (signal) => createAccount(name.value, signal)),
  }, name.element)
  form.button.classList.remove('button--action')
  const account = element('div', { class: 'sign-in__way' }, element('p', { class: 'sign-in__new', text: inWords('New here? Make an account with a passkey.') }), form.element)

  /** @param {HTMLElement} place  that it waits is said after this @param {(signal: AbortSignal) => Promise<void>} action */
  async function ask(place, action) {
    refusal.say(null)
    form.clear()
    place.after(asking.element)
    if (await asking.ask(action)) done()
  }

  function go() {
    if (!asking.waits) refusal.attempt(() => ask(button, signIn))
  }

  return {
    enter: element('div', { class: 'sign-in__enter' }, button, asking.element, refusal.element, why),
    account,
    /** @param {boolean} offered @param {NoPasskeys|null} reason  why passkeys do not work on this page */
    open(offered, reason) {
      button.hidden = account.hidden = !offered || reason !== null
      why.hidden = !offered || reason === null
      say(why, reason ? NO_PASSKEYS[reason] : '')
      refusal.say(null)
      form.clear()
    },
    stop: asking.stop,
    focus: () => button.focus(),
  }
}
