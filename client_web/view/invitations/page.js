import { addressOf, addressOfClub, HOME } from '../../addresses.js'
import { avatar, redrawAvatar } from '../elements/avatar.js'
import { element, say } from '../elements/element.js'
import { untilInWords } from '../elements/when.js'

/** @import { Invitation } from '../../room/invitations.js' */

/**
 * @import { LookupState } from '../../room/lookup.js'
 * @import { User } from '../../session.js'
 * @import { Place } from '../shell/route.js'
 */

/**
 * @typedef {Omit<Invitation, 'id'> & { state: string, for_you: boolean }} InvitationPage
 * @typedef {{ title: string, about: string, yes?: string, no?: boolean, go?: { href: string, text: string } }} Content
 */

/**
 * The page of an invitation link: who invites me to what, whether it is still open, and my answer. It is also shown without being signed
 * in; accepting then asks for a name first.
 * @param {{ acceptLink: (code: string) => Promise<string|undefined>, declineLink: (code: string) => Promise<string|undefined>,
 *           reload: () => void }} actions
 *   each resolves with the text of a refusal
 */
export function createInvitation({ acceptLink, declineLink, reload }) {
  let code = ''
  /** @type {string|null} */ let title = null
  const face = avatar('')
  const heading = element('h1', { class: 'page__title', tabindex: '-1' })
  const about = element('p', { class: 'invitation-page__about quiet' })
  const refusal = element('p', { class: 'field__refusal', role: 'alert' })
  const yes = element('button', { class: 'button button--action', type: 'button', on: { click: () => answer(acceptLink) } })
  const no = element('button', { class: 'button', type: 'button', text: 'Decline', on: { click: () => answer(declineLink) } })
  const go = element('a', { class: 'button button--action' })
  const again = element('button', { class: 'button', type: 'button', text: 'Try again', on: { click: () => reload() } })
  const home = element('a', { class: 'button button--plain', href: HOME, text: 'To the hallway' })
  const root = element('article', { class: 'invitation-page' }, element('div', { class: 'invitation-page__face', 'aria-hidden': 'true' }, face), heading, about, refusal, element('div', { class: 'invitation-page__buttons' }, yes, go, no, again, home))

  async function answer(/** @type {(code: string) => Promise<string|undefined>} */ action) {
    say(refusal, '')
    const refused = await action(code)
    if (refused) say(refusal, refused)
  }

  return {
    element: root,
    title: () => title,
    /** @param {{ place: Place, looked: LookupState<string, InvitationPage>, user: User|null }} now */
    update({ place, looked, user }) {
      if (code !== place.code) say(refusal, '')
      code = place.code ?? ''
      const { phase, value, problem } = looked
      const one = looked.key === code && phase === 'ready' ? value : null
      const content = one ? contentOf(one, user) : WITHOUT[phase] ?? WITHOUT.loading
      title = one ? content.title : phase === 'missing' ? 'No such invitation' : null
      say(heading, content.title)
      say(about, phase === 'failed' ? (problem?.message ?? '') : content.about)
      yes.hidden = !content.yes
      say(yes, content.yes ?? '')
      no.hidden = !content.no
      go.hidden = !content.go
      if (content.go) {
        go.href = content.go.href
        say(go, content.go.text)
      }
      again.hidden = phase !== 'failed'
      home.hidden = phase === 'loading' || phase === 'idle'
      face.hidden = one === null
      if (one) redrawAvatar(face, one.invited_by)
      home.className = `button button--${content.yes || content.go || phase === 'failed' ? 'plain' : 'action'}`
    },
  }
}

/** @type {Record<string, Content>} */
const WITHOUT = {
  loading: { title: 'An invitation', about: 'Loading…' },
  missing: { title: 'There is no such invitation', about: 'It was withdrawn, or the address is not complete. Ask for a new one.' },
  failed: { title: 'The invitation could not be loaded', about: '' },
}

/** The text for each state of an invitation. @param {InvitationPage} one @param {User|null} user @returns {Content} */
function contentOf(one, user) {
  const room = Boolean(one.room_id)
  const place = `“${room ? one.room : one.club}”`
  const asks = room ? `${one.invited_by} invites you to the room ${place}` : `${one.invited_by} invites you to the club ${place}`
  const go = room ? { href: addressOf(Number(one.room_id)), text: 'To the room' } : { href: addressOfClub(Number(one.club_id)), text: 'To the club' }
  switch (one.state) {
    case 'open': {
      if (user && !one.for_you) return { title: asks, about: 'It is for another person. Ask for an invitation of your own.' }
      const what = room ? 'You enter with your microphone off.' : 'Members can start rooms, and enter rooms that are only for members.'
      const first = user ? '' : ' You will be asked for a name first.'
      return { title: asks, about: `${what} It is open ${untilInWords(one.expires_at)}.${first}`, yes: room ? 'Enter' : 'Join the club', no: Boolean(user) }
    }
    case 'accepted': return { title: asks, about: 'You accepted this invitation.', go }
    case 'declined': return { title: asks, about: 'You declined this invitation. If that was a mistake, ask for a new one.' }
    case 'expired': return { title: asks, about: 'This invitation has expired. Ask for a new one.' }
    case 'used up': return { title: asks, about: 'This invitation is used up. Ask for a new one.' }
    default: return { title: room ? `${place} has ended` : `${place} no longer exists`, about: 'See the other rooms in the hallway.' }
  }
}
