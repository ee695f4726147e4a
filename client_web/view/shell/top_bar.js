import { addressOfPerson, CLUBS, HOME } from '../../addresses.js'
import { avatar, redrawAvatar } from '../elements/avatar.js'
import { element, mark, say } from '../elements/element.js'
import { mentionKey } from '../elements/keyboard.js'
import { symbol } from '../elements/symbol.js'
import { inWords } from '../../words/language.js'

/**
 * The top of the page: the product's name, the signed-in user, and links to other pages.
 * @param {{ signIn: () => void, signOut: () => void, showInvitations: () => void, checkSound: () => void }} actions
 */
export function createTopBar({ signIn, signOut, showInvitations, checkSound }) {
  const brand = element('p', { class: 'topbar__brand' }, element('a', { href: HOME, text: 'Roomtone' }))
  const face = avatar('')
  const name = element('span', { class: 'topbar__name', dir: 'auto' })
  const profile = element('a', { class: 'topbar__profile' }, element('span', { class: 'topbar__face', 'aria-hidden': 'true' }, face), element('span', { class: 'visually-hidden', text: inWords('You are') }), name)
  const me = element('div', { class: 'topbar__me', hidden: true }, profile,
    element('button', { class: 'topbar__out', type: 'button', 'aria-label': inWords('Sign out'), title: inWords('Sign out'), on: { click: signOut } }, symbol('leave')))
  const enter = element('button', { class: 'button', type: 'button', hidden: true, on: { click: signIn } })

  const rooms = element('a', { class: 'topbar__link', href: HOME, text: inWords('Rooms') })
  const clubs = element('a', { class: 'topbar__link', href: CLUBS, text: inWords('Clubs') })
  const waiting = element('span', { class: 'count topbar__count', 'aria-hidden': 'true' })
  const invited = element('button', { class: 'topbar__link', type: 'button', on: { click: showInvitations } }, inWords('Invitations'), waiting)
  const sound = element('button', { class: 'topbar__out topbar__sound', type: 'button', 'aria-label': inWords('Sound check'), on: { click: () => checkSound() } }, symbol('dials'))
  mentionKey(sound, inWords('Sound check'), 'S')
  const links = element('nav', { class: 'topbar__links', 'aria-label': inWords('Pages') }, rooms, clubs, invited, sound)

  return {
    element: element('header', { class: 'topbar' }, element('div', { class: 'topbar__top' }, brand, me, enter), links),
    /** @param {{ user: {username: string}|null, byName: boolean, known: boolean, place: import('./route.js').Place, invitations: number }} now  `byName`: whether a name is enough to sign in; `known`: whether it is known who I am */
    update({ user, byName, known, place, invitations }) {
      me.hidden = !user
      enter.hidden = Boolean(user) || !known
      say(enter, byName ? inWords('Choose a name') : inWords('Sign in'))
      mark(rooms, 'aria-current', place.place === 'hallway' ? 'page' : null)
      mark(clubs, 'aria-current', place.place === 'clubs' ? 'page' : null)
      mark(profile, 'aria-current', user && place.username === user.username ? 'page' : null)
      invited.hidden = !user
      mark(invited, 'aria-label', invitations > 0 ? inWords('Invitations, {invitations} open', { invitations }) : inWords('Invitations, none open'))
      waiting.hidden = invitations === 0
      say(waiting, String(invitations))
      if (!user) return
      mark(profile, 'href', addressOfPerson(user.username))
      mark(profile, 'title', inWords('{username}: your page', { username: user.username }))
      redrawAvatar(face, user.username)
      say(name, user.username)
    },
  }
}
