import { createDialog } from '../dialog/dialog.js'
import { createField, createForm } from '../dialog/form.js'
import { element } from '../elements/element.js'
import { chooseInWords, createPersonChoice } from '../elements/person_choice.js'
import { inWords } from '../../words/language.js'

/** @import { ClubPage, Member } from '../../room/clubs.js' */

/**
 * Hands a club over to one of its members.
 * @param {{ handOver: (club: ClubPage, username: string) => Promise<unknown> }} actions
 */
export function createHandOverClub({ handOver }) {
  /** @type {ClubPage} */ let club
  /** @type {ReturnType<typeof createPersonChoice<Member>>} */ const newOwner = createPersonChoice('club-new-owner')
  const fields = { who: createField({ id: 'club-new-owner', label: inWords('New owner'), input: newOwner.element }) }
  const form = createForm({ fields, rules: { members_user_is_a_member: ['who'] }, go: inWords('Hand it over'), check: () => (newOwner.chosen ? null : ['who', chooseInWords()]), submit },
    element('p', { class: 'quiet', text: inWords('They own the club from now on, and you become an admin. They can give it back.') }), fields.who.element)
  const dialog = createDialog(inWords('Hand the club over'), form.element)

  async function submit() {
    await handOver(club, /** @type {Member} */ (newOwner.chosen).username)
    dialog.close()
  }

  /** @param {ClubPage} of @param {number|undefined} my_id */
  const othersIn = ({ roster }, my_id) => roster.filter(({ user_id }) => user_id !== my_id)

  return {
    element: dialog.element,
    /** @param {ClubPage} latest @param {number|undefined} my_id */
    open(latest, my_id) {
      club = latest
      form.clear()
      newOwner.start(othersIn(club, my_id))
      dialog.open()
      fields.who.focus()
    },
    /** The club that is open was read again. @param {{ club: ClubPage|null, my_id: number|undefined }} now */
    update(now) {
      if (!dialog.element.open || now.club?.id !== club.id) return
      club = now.club
      newOwner.update(othersIn(club, now.my_id))
      if (club.members < 2) dialog.close() // as the page then hides its button
    },
  }
}
