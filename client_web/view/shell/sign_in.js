import { avatar } from '../elements/avatar.js'
import { createDialog } from '../dialog/dialog.js'
import { createField, createForm } from '../dialog/form.js'
import { element, say } from '../elements/element.js'
import { createPasskeySignIn } from '../passkeys/sign_in.js'
import { createRefusal } from '../elements/refusal.js'
import { CLOSED, NO_ANSWER, NOT_ANSWERED_YET, signInRefusalInWords } from './sign_in_words.js'
import { inWords } from '../../words/language.js'

/** @type {Record<string, [field: string]>} */
const RULES = { users_username_is_text: ['name'], users_username_is_allowed: ['name'], users_username_looks_like_no_other: ['name'] }

/** @import { SignIn } from '../../session.js' */

/** @type {SignIn} */
const NO_WAYS = { demo: false, passkeys: false, issuers: [] }

/**
 * Signing in, in the ways of this relay. In the demo by a name; some can be chosen.
 * @param {object} actions
 * @param {(username: string) => Promise<unknown>} actions.signIn
 * @param {(name: string) => void} actions.signInAt  an issuer
 * @param {() => Promise<string[]>} actions.suggestions
 * @param {{ signIn: (signal: AbortSignal) => Promise<void>, createAccount: (username: string, signal: AbortSignal) => Promise<void>, unavailable: () => import('../passkeys/words.js').NoPasskeys|null }} actions.passkeys
 */
export function createSignIn({ signIn, signInAt, suggestions, passkeys }) {
  /** @type {(() => void)|null} */ let after = null
  const input = element('input', { name: 'username', required: true, maxlength: '40', autocomplete: 'nickname', autocapitalize: 'none', spellcheck: 'false' })
  const name = createField({ id: 'sign-in', label: inWords('Your name'), input })
  const people = element('ul', { class: 'sign-in__people' })
  const demoNames = element('div', { class: 'sign-in__demo' }, element('p', { class: 'quiet', text: inWords('Or use a demo name:') }), people)
  const form = createForm({ fields: { name }, rules: RULES, go: inWords('Enter'), check: () => (name.value ? null : ['name', inWords('A name needs at least one letter.')]), submit }, name.element)
  form.element.append(demoNames)
  const closed = element('p', { class: 'quiet', role: 'status' }) // that nobody can sign in here, or that it is not known yet
  let unanswered = NOT_ANSWERED_YET
  /** @type {SignIn|null} */ let offered = null
  const demo = element('div', { class: 'sign-in__way' }, form.element)
  const refused = createRefusal() // by an issuer, or of what it said
  const issuers = element('div', { class: 'sign-in__issuers' })
  const byPasskey = createPasskeySignIn({ signIn: passkeys.signIn, createAccount: passkeys.createAccount, done })
  const accounts = element('div', { class: 'sign-in__way sign-in__accounts' }, refused.element, byPasskey.enter, issuers)
  const dialog = createDialog('', accounts, byPasskey.account, demo, closed)

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
      element('button', { class: 'sign-in__person', type: 'button', on: { click: () => choose(username) } }, avatar(username), element('bdi', { text: username })))))
  }

  dialog.onClose(() => {
    after = null
    byPasskey.stop()
  })

  /** Shows what is offered. @param {SignIn|null} ways  null as long as the relay has not answered @param {string|null} [reason] */
  function offer(ways, reason = null) {
    offered = ways
    refused.say(reason === null ? null : signInRefusalInWords(reason))
    const { demo: byName, passkeys: byKey, issuers: named } = ways ?? NO_WAYS
    dialog.entitle(byName ? inWords('Who are you?') : inWords('Sign in'))
    demo.hidden = !byName
    byPasskey.open(byKey, passkeys.unavailable())
    issuers.hidden = named.length === 0
    accounts.hidden = !byKey && named.length === 0 && reason === null
    issuers.replaceChildren(...named.map((issuer) => element('button', {
      class: 'button', type: 'button', text: inWords('Sign in with {title}', { title: issuer.title }), on: { click: () => signInAt(issuer.name) },
    })))
    closed.hidden = byName || byKey || named.length > 0
    say(closed, ways ? CLOSED : unanswered)
    form.clear()
    demoNames.hidden = true
    dialog.open()
    if (byKey) byPasskey.focus()
    else if (byName) name.focus()
    if (byName) suggest()
  }

  return {
    element: dialog.element,
    /** @param {{ ways: SignIn|null, then?: (() => void)|null, reason?: string|null }} options  `ways`: null if the relay has not answered; `then` is called after signing in, not if the dialog is closed; `reason`: see sign_in_words.js */
    open({ ways, then = null, reason = null }) {
      offer(ways, reason)
      after = then
    },
    /** The relay was asked who is signed in; the dialog may be open already. @param {{ ways: SignIn|null, user: unknown, answered: boolean }} now */
    update({ ways, user, answered }) {
      unanswered = answered ? NOT_ANSWERED_YET : NO_ANSWER
      if (!dialog.element.open || offered) return
      if (user) done()
      else offer(ways)
    },
  }
}
