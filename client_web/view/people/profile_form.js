import { createDialog } from '../dialog/dialog.js'
import { element } from '../elements/element.js'
import { createField, createForm } from '../dialog/form.js'
import { inWords } from '../../words/language.js'

/** @import { Profile } from '../../room/profiles.js' */

/** @type {Record<string, [field: string, words?: string]>} */
const RULES = {
  users_username_is_text: ['username', inWords('A name is one line of 1 to 40 characters.')],
  users_username_is_unique: ['username', inWords('This name is already taken.')],
  users_username_is_allowed: ['username'],
  users_username_looks_like_no_other: ['username', inWords('A name that looks like this one is already taken.')],
  users_bio_has_no_hidden_controls: ['bio'],
  users_bio_is_short: ['bio', inWords('At most 1,000 characters.')],
}

/**
 * Edits my profile.
 * @param {{ change: (person: Profile, change: { username: string, bio: string|null }) => Promise<void> }} actions
 */
export function createProfileForm({ change }) {
  /** @type {Profile} */ let person
  const fields = {
    username: createField({ id: 'profile-name', label: inWords('Name'), most: 40, input: element('input', { name: 'username', autocomplete: 'nickname', spellcheck: 'false' }) }),
    bio: createField({ id: 'profile-bio', label: inWords('About you'), most: 1000, input: element('textarea', { name: 'bio', rows: '5' }) }),
  }
  const form = createForm({ fields, rules: RULES, go: inWords('Save'), check: () => (fields.username.value ? null : ['username', inWords('A name needs at least one letter.')]), submit },
    fields.username.element, fields.bio.element)
  const dialog = createDialog(inWords('Your page'), form.element)

  async function submit() {
    await change(person, { username: fields.username.value, bio: fields.bio.value || null })
    dialog.close()
  }

  return {
    element: dialog.element,
    open(/** @type {Profile} */ latest) {
      person = latest
      form.clear()
      fields.username.input.value = person.username
      fields.bio.input.value = person.bio ?? ''
      dialog.open()
      fields.username.focus()
    },
  }
}
