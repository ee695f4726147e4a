import { addressOfPerson } from '../../addresses.js'
import { avatar, redrawAvatar } from '../elements/avatar.js'
import { ROLES } from './club_words.js'
import { element, mark, say } from '../elements/element.js'
import { inWords } from '../../words/language.js'

/** @import { Club, Member } from '../../room/clubs.js' */

/** @typedef {Member & { club: Club, me: boolean }} ShownMember */

/**
 * A member of a club, with what an owner or admin may change.
 * @param {{ setClubRole: (club: Club, member: Member, role: string) => Promise<string|undefined>,
 *           removeMember: (club: Club, member: Member) => void }} actions  the first resolves with the text of a refusal
 */
export function createClubMember({ setClubRole, removeMember }) {
  /** @type {ShownMember|undefined} */ let one
  const face = avatar('')
  const link = element('a', { class: 'member__name', dir: 'auto' })
  const you = element('span', { class: 'quiet', text: ` ${inWords('(you)')}` })
  const role = element('span', { class: 'role' })
  const change = element('select', { class: 'member__role', on: { change: onChange } }, ...Object.entries(ROLES).map(([value, text]) => element('option', { value, text })))
  const remove = element('button', { class: 'button button--small button--plain', type: 'button', text: inWords('Remove'), on: { click: () => one && removeMember(one.club, one) } })
  const refusal = element('p', { class: 'field__refusal', role: 'alert' })

  async function action(/** @type {Promise<string|undefined>} */ doing) {
    say(refusal, '')
    const refused = await doing
    if (refused) say(refusal, refused)
    if (one) change.value = one.role
  }
  function onChange() {
    if (one) action(setClubRole(one.club, one, change.value))
  }

  return {
    element: element('li', { class: 'member' }, element('span', { 'aria-hidden': 'true' }, face), element('span', { class: 'member__who' }, link, you), role, change, remove, refusal),
    update(/** @type {ShownMember} */ latest) {
      one = latest
      redrawAvatar(face, one.username)
      const { my_role } = one.club
      const removable = !one.me && (my_role === 'OWNER' || (my_role === 'ADMIN' && one.role === 'MEMBER'))
      say(link, one.username)
      mark(link, 'href', addressOfPerson(one.username))
      you.hidden = !one.me
      say(role, ROLES[one.role] ?? one.role)
      role.hidden = my_role === 'OWNER' || one.role === 'MEMBER'
      change.hidden = my_role !== 'OWNER'
      if (document.activeElement !== change) change.value = one.role
      mark(change, 'aria-label', inWords('Role of {username}', { username: one.username }))
      remove.hidden = !removable
      mark(remove, 'aria-label', inWords('Remove {username}', { username: one.username }))
    },
  }
}
