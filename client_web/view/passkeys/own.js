import { createDialog } from '../dialog/dialog.js'
import { createField, createForm } from '../dialog/form.js'
import { element, say } from '../elements/element.js'
import { createOwnList } from '../elements/own_list.js'
import { createAsking } from './asking.js'
import { NO_PASSKEYS, useInWords } from './words.js'
import { inWords } from '../../words/language.js'

/**
 * @import { NoPasskeys } from './words.js'
 * @typedef {{ id: number, name: string, created_at: string, last_used_at: string|null }} Passkey
 */

/**
 * My passkeys: all of them, adding one, and removing one.
 * @param {{ all: () => Promise<Passkey[]>, add: (name: string, signal: AbortSignal) => Promise<void>, remove: (passkey: Passkey) => Promise<boolean> }} actions
 */
export function createOwnPasskeys({ all, add, remove }) {
  const list = createOwnList({ word: inWords('Remove'), about: useInWords, end: removed })
  const asking = createAsking()
  const name = createField({
    id: 'passkey-name', label: inWords('Another passkey'), most: 60, hint: inWords('A name by which you know it, such as Phone or Blue key.'),
    input: element('input', { name: 'passkey-name', autocomplete: 'off', spellcheck: 'false' }),
  })
  const form = createForm({
    fields: { name }, rules: { passkeys_name_is_text: ['name', inWords('One line of 1 to 60 characters.')] }, go: inWords('Add a passkey'),
    check: () => (name.value ? null : ['name', inWords('Give it a name.')]),
    async submit() {
      if (!(await asking.ask((signal) => add(name.value, signal)))) return
      form.clear()
      name.input.value = ''
      await draw()
    },
  }, name.element, asking.element)
  const why = element('p', { class: 'quiet' })
  const dialog = createDialog(inWords('Your passkeys'), element('p', { class: 'quiet', text: inWords('With each of them you can sign in. Keep two, in case you lose one.') }), list.element, form.element, why)
  dialog.onClose(asking.stop)

  async function draw() {
    list.update(await all())
  }

  async function removed(/** @type {Passkey} */ passkey) {
    if (await remove(passkey)) await draw()
  }

  return {
    element: dialog.element,
    /** @param {NoPasskeys|null} reason  why none can be added on this page */
    async open(reason) {
      form.clear()
      form.element.hidden = reason !== null
      why.hidden = reason === null
      say(why, reason ? NO_PASSKEYS[reason] : '')
      await draw()
      dialog.open()
    },
  }
}
