import { avatar } from '../elements/avatar.js'
import { createDialog } from '../dialog/dialog.js'
import { element, say } from '../elements/element.js'
import { keyed } from '../elements/keyed.js'
import { invitationInWords } from '../shell/notices.js'
import { untilInWords } from '../elements/when.js'
import { inWords } from '../../words/language.js'

/** @import { Invitation } from '../../room/invitations.js' */

/**
 * The invitations that are open for me.
 * @param {{ acceptInvitation: (invitation: Invitation) => Promise<string|undefined>, declineInvitation: (invitation: Invitation) => Promise<string|undefined> }} actions
 */
export function createInvitationsList({ acceptInvitation, declineInvitation }) {
  const list = element('ul', { class: 'asked' })
  const nobody = element('p', { class: 'quiet', text: inWords('You have no open invitations. New ones appear here.') })
  const dialog = createDialog(inWords('Invitations'), list, nobody)
  const rows = keyed(list, { key: (/** @type {Invitation} */ one) => one.id, create: createRow })

  function createRow() {
    /** @type {Invitation|undefined} */ let one
    const face = element('span', { 'aria-hidden': 'true' })
    const words = element('p', { class: 'asked__words' })
    const until = element('p', { class: 'asked__until quiet' })
    const refusal = element('p', { class: 'field__refusal', role: 'alert' })
    const yes = element('button', { class: 'button button--action', type: 'button', on: { click: () => answer(acceptInvitation, true) } })
    const no = element('button', { class: 'button', type: 'button', text: inWords('Decline'), on: { click: () => answer(declineInvitation, false) } })

    /** @param {(invitation: Invitation) => Promise<string|undefined>} action @param {boolean} leave */
    async function answer(action, leave) {
      if (!one) return
      say(refusal, '')
      const refused = await action(one)
      if (refused) say(refusal, refused)
      else if (leave) dialog.close()
    }
    return {
      element: element('li', { class: 'asked__one' }, face, element('div', { class: 'asked__text' }, words, until, refusal), element('div', { class: 'asked__actions' }, yes, no)),
      update(/** @type {Invitation} */ latest) {
        if (!one) face.append(avatar(latest.invited_by))
        one = latest
        say(words, invitationInWords(one))
        say(until, inWords('Open {until}.', { until: untilInWords(one.expires_at) }))
        say(yes, one.room_id ? inWords('Enter') : inWords('Join'))
      },
    }
  }

  return {
    element: dialog.element,
    open: dialog.open,
    /** @param {readonly Invitation[]} invitations */
    update(invitations) {
      nobody.hidden = invitations.length > 0
      rows.update([...invitations])
    },
  }
}
