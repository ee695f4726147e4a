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

  /** Who was chosen and is no member any more leaves nobody chosen. @param {ClubPage} latest @param {number|undefined} my_id */
  function offer(latest, my_id) {
    club = latest
    const list = /** @type {HTMLSelectElement} */ (fields.who.input)
    const names = club.roster.filter(({ user_id }) => user_id !== my_id).map(({ username }) => username)
    if (names.join('\n') === Array.from(list.options, ({ value }) => value).join('\n')) return // new options would close an open list
    const chosen = list.value
    list.replaceChildren(...names.map((name) => new Option(name)))
    if (chosen) list.selectedIndex = names.indexOf(chosen)
  }

  return {
    element: dialog.element,
    /** @param {ClubPage} latest @param {number|undefined} my_id */
    open(latest, my_id) {
      form.clear()
      fields.who.input.replaceChildren()
      offer(latest, my_id)
      dialog.open()
      fields.who.focus()
    },
    /** The club that is open was read again: who joined meanwhile can be chosen. @param {{ club: ClubPage|null, my_id: number|undefined }} now */
    update(now) {
      if (dialog.element.open && now.club?.id === club.id) offer(now.club, now.my_id)
    },
  }
}
