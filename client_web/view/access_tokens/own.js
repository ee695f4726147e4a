import { createDialog } from '../dialog/dialog.js'
import { createField, createForm, createSelect } from '../dialog/form.js'
import { element, say } from '../elements/element.js'
import { createOwnList } from '../elements/own_list.js'
import { createShare } from '../elements/share.js'
import { ABOUT, MADE, termsUpTo, validityInWords } from './words.js'
import { inWords } from '../../words/language.js'

/**
 * @typedef {{ jti: string, name: string, created_at: string, expires_at: string }} AccessToken
 */

/**
 * My access tokens: all of them, making one, which is shown once, and revoking one.
 * @param {{ all: () => Promise<AccessToken[]>, most: () => Promise<number>, make: (name: string, days: number) => Promise<AccessToken & { token: string }>,
 *   revoke: (token: AccessToken) => Promise<boolean> }} actions  most: for how many days one may be valid
 */
export function createOwnTokens({ all, most, make, revoke }) {
  /** @type {string|null} */ let shown = null // the jti of the token that was just made
  const list = createOwnList({ word: inWords('Revoke'), about: (/** @type {AccessToken} */ token) => validityInWords(token), end: revoked })
  const name = createField({
    id: 'token-name', label: inWords('New token'), most: 60, hint: inWords('A name by which you know it, such as OBS or Music bot.'),
    input: element('input', { name: 'token-name', autocomplete: 'off', spellcheck: 'false' }),
  })
  const days = createField({ id: 'token-days', label: inWords('Valid for'), input: createSelect([]) })
  const form = createForm({
    fields: { name, days },
    rules: { access_tokens_name_is_text: ['name', inWords('One line of 1 to 60 characters.')], access_tokens_days_are_limited: ['days'] },
    go: inWords('Make a token'),
    check: () => (name.value ? null : ['name', inWords('Give it a name.')]),
    async submit() {
      const made = await make(name.value, Number(days.value))
      name.input.value = ''
      show(made)
      await draw()
      fresh.focus()
    },
  }, name.element, days.element)
  const once = element('p', { role: 'status' })
  const fresh = createShare(inWords('Your token'), { secret: true })
  const dialog = createDialog(inWords('Your access tokens'), element('p', { class: 'quiet', text: ABOUT }), list.element, form.element, element('div', { class: 'own-list__new' }, once, fresh.element))
  dialog.onClose(() => show(null))

  /** @param {{ jti: string, token: string }|null} made */
  function show(made) {
    shown = made?.jti ?? null
    fresh.update(made?.token ?? null)
    say(once, made ? MADE : '')
  }

  const draw = async () => list.update(await all())

  async function revoked(/** @type {AccessToken} */ token) {
    if (!(await revoke(token))) return
    if (token.jti === shown) show(null)
    await draw()
  }

  return {
    element: dialog.element,
    async open() {
      const [longest] = await Promise.all([most(), draw()])
      days.input.replaceChildren(...createSelect(termsUpTo(longest)).children)
      days.input.value = '30'
      form.clear()
      dialog.open()
    },
  }
}
