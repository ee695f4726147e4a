import { addressOf, addressOfClub, HOME } from '../../addresses.js'
import { avatar, redrawAvatar } from '../elements/avatar.js'
import { element, say } from '../elements/element.js'
import { loadingProblemInWords } from '../elements/problem_words.js'
import { untilInWords } from '../elements/when.js'
import { inWords } from '../../words/language.js'

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
  const heading = element('h1', { class: 'page__title', dir: 'auto', tabindex: '-1' })
  const about = element('p', { class: 'invitation-page__about quiet' })
  const refusal = element('p', { class: 'field__refusal', role: 'alert' })
  const yes = element('button', { class: 'button button--action', type: 'button', on: { click: () => answer(acceptLink) } })
  const no = element('button', { class: 'button', type: 'button', text: inWords('Decline'), on: { click: () => answer(declineLink) } })
  const go = element('a', { class: 'button button--action' })
  const again = element('button', { class: 'button', type: 'button', text: inWords('Try again'), on: { click: () => reload() } })
  const home = element('a', { class: 'button button--plain', href: HOME, text: inWords('To the hallway') })
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
      title = one ? content.title : phase === 'missing' ? inWords('No such invitation') : null
      say(heading, content.title)
      say(about, phase === 'failed' ? loadingProblemInWords(problem) : content.about)
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
  loading: { title: inWords('An invitation'), about: inWords('Loading…') },
  missing: { title: inWords('There is no such invitation'), about: inWords('It was withdrawn, or the address is not complete. Ask for a new one.') },
  failed: { title: inWords('The invitation could not be loaded'), about: '' },
}

/** The text for each state of an invitation. @param {InvitationPage} one @param {User|null} user @returns {Content} */
function contentOf(one, user) {
  const room = Boolean(one.room_id)
  const place = `“${room ? one.room : one.club}”`
  const asks = room ? inWords('{invited_by} invites you to the room {place}', { invited_by: one.invited_by, place }) : inWords('{invited_by} invites you to the club {place}', { invited_by: one.invited_by, place })
  const go = room ? { href: addressOf(Number(one.room_id)), text: inWords('To the room') } : { href: addressOfClub(Number(one.club_id)), text: inWords('To the club') }
  switch (one.state) {
    case 'open': {
      if (user && !one.for_you) return { title: asks, about: inWords('It is for another person. Ask for an invitation of your own.') }
      const what = room ? inWords('You enter with your microphone off.') : inWords('Members can start rooms, and enter rooms that are only for members.')
      const first = user ? '' : inWords('You will be asked for a name first.')
      return { title: asks, about: [what, inWords('It is open {until}.', { until: untilInWords(one.expires_at) }), first].filter(Boolean).join(' '), yes: room ? inWords('Enter') : inWords('Join the club'), no: Boolean(user) }
    }
    case 'accepted': return { title: asks, about: inWords('You accepted this invitation.'), go }
    case 'declined': return { title: asks, about: inWords('You declined this invitation. If that was a mistake, ask for a new one.') }
    case 'expired': return { title: asks, about: inWords('This invitation has expired. Ask for a new one.') }
    case 'used up': return { title: asks, about: inWords('This invitation is used up. Ask for a new one.') }
    default: return { title: room ? inWords('{place} has ended', { place }) : inWords('{place} no longer exists', { place }), about: inWords('See the other rooms in the hallway.') }
  }
}
