import { createDialog } from '../dialog/dialog.js'
import { createField, createForm } from '../dialog/form.js'
import { element } from '../elements/element.js'
import { inWords } from '../../words/language.js'

/** @import { ClubPage } from '../../room/clubs.js' */

/**
 * Hands a club over to one of its members.
 * @param {{ handOver: (club: ClubPage, username: string) => Promise<unknown> }} actions
 */
export function createHandOverClub({ handOver }) {
  /** @type {ClubPage} */ let club
  const fields = { who: createField({ id: 'club-new-owner', label: inWords('New owner'), input: element('select', { name: 'who' }) }) }
  const form = createForm({ fields, rules: { members_user_is_a_member: ['who'] }, go: inWords('Hand it over'), submit },
    element('p', { class: 'quiet', text: inWords('They own the club from now on, and you become an admin. They can give it back.') }), fields.who.element)
  const dialog = createDialog(inWords('Hand the club over'), form.element)

  async function submit() {
    await handOver(club, fields.who.value)
    dialog.close()
  }

  return {
    element: dialog.element,
    /** @param {ClubPage} latest @param {number|undefined} my_id */
    open(latest, my_id) {
      club = latest
      form.clear()
      fields.who.input.replaceChildren(...club.roster.filter(({ user_id }) => user_id !== my_id).map(({ username }) => new Option(username)))
      dialog.open()
      fields.who.focus()
    },
  }
}
