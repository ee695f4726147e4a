import { createField, createForm } from '../dialog/form.js'
import { element, say } from '../elements/element.js'
import { createRefusal } from '../elements/refusal.js'
import { NO_PASSKEYS } from './words.js'

/** @import { NoPasskeys } from './words.js' */

/** @type {Record<string, [field: string]>} */
const RULES = {
  users_username_is_text: ['name'], users_username_is_allowed: ['name'], users_username_is_unique: ['name'], users_username_looks_like_no_other: ['name'],
}

/**
 * Signing in with a passkey, or making an account with one.
 * @param {{ signIn: () => Promise<void>, createAccount: (username: string) => Promise<void>, done: () => void }} actions
 */
export function createPasskeySignIn({ signIn, createAccount, done }) {
  const refusal = createRefusal()
  const enter = element('button', { class: 'button button--action', type: 'button', text: 'Sign in with a passkey', on: { click: go } })
  const input = element('input', { name: 'new-name', required: true, maxlength: '40', autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false' })
  const name = createField({ id: 'new-account', label: 'Name of the account', input, hint: 'Others see it. Your device keeps the passkey, and asks for your finger, face or PIN. There is no password.' })
  const form = createForm({
    fields: { name }, rules: RULES, go: 'Make an account', check: () => (name.value ? null : ['name', 'A name needs at least one letter.']),
    async submit() {
      await createAccount(name.value)
      done()
    },
  }, name.element)
  const possible = element('div', { class: 'sign-in__passkeys' }, enter, refusal.element, element('p', { class: 'quiet', text: 'Or, if you are new here:' }), form.element)
  const why = element('p', { class: 'quiet' })

  async function go() {
    if (await refusal.attempt(signIn)) done()
  }

  return {
    element: element('div', { class: 'sign-in__way' }, possible, why),
    /** @param {NoPasskeys|null} reason  why passkeys do not work on this page */
    open(reason) {
      possible.hidden = reason !== null
      why.hidden = reason === null
      say(why, reason ? NO_PASSKEYS[reason] : '')
      refusal.say(null)
      form.clear()
    },
    focus: () => enter.focus(),
  }
}
