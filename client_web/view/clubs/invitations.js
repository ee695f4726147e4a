import { addressOfInvitation } from '../../addresses.js'
import { element, mark, say } from '../elements/element.js'
import { keyed } from '../elements/keyed.js'
import { untilInWords } from '../elements/when.js'
import { inWords } from '../../words/language.js'

/** @import { OpenInvitation } from '../../room/clubs.js' */

/**
 * The open invitations of a club, for its owner and admins.
 * @param {{ copyAddress: (path: string) => void, withdrawInvitation: (invitation: OpenInvitation) => Promise<unknown> }} actions
 */
export function createClubInvitations({ copyAddress, withdrawInvitation }) {
  const list = element('ul', { class: 'members' })
  const rows = keyed(list, { key: (/** @type {OpenInvitation} */ one) => one.id, create: createRow, fades: false })
  const root = element('section', { 'aria-label': inWords('Open invitations') }, element('h2', { class: 'caps page__section', text: inWords('Open invitations') }), list)

  function createRow() {
    /** @type {OpenInvitation} */ let one
    const words = element('span', { class: 'member__who' })
    const copy = element('button', { class: 'button button--small', type: 'button', text: inWords('Copy link'), on: { click: () => copyAddress(addressOfInvitation(one.code)) } })
    const back = element('button', { class: 'button button--small button--plain', type: 'button', text: inWords('Take back'), on: { click: () => withdrawInvitation(one) } })
    return {
      element: element('li', { class: 'member' }, words, copy, back),
      update(/** @type {OpenInvitation} */ latest) {
        one = latest
        const text = contentInWords(one)
        say(words, text)
        mark(copy, 'aria-label', inWords('Copy link: {text}', { text }))
        mark(back, 'aria-label', inWords('Take back: {text}', { text }))
      },
    }
  }

  return {
    element: root,
    update(/** @type {OpenInvitation[]} */ invitations) {
      root.hidden = invitations.length === 0
      rows.update(invitations)
    },
  }
}

function contentInWords(/** @type {OpenInvitation} */ { invited_user, invited_name, expires_at, uses, max_uses }) {
  const until = untilInWords(expires_at)
  if (invited_user !== null) return inWords('For {name}, open {until}', { name: invited_name ?? 'a person', until })
  if (max_uses === null) return inWords('Link, used {uses, plural, one {# time} other {# times}}, open {until}', { uses, until })
  return inWords('Link, used {uses} of {most, plural, one {# time} other {# times}}, open {until}', { uses, most: max_uses, until })
}
