import { avatar } from '../elements/avatar.js'
import { element, mark, say } from '../elements/element.js'
import { addressOfPerson } from './route.js'
import { symbol } from '../elements/symbol.js'

/**
 * The top of the page: the product's name, who I am, and the ways to the other pages.
 * @param {{ signIn: () => void, signOut: () => void, showInvitations: () => void, checkSound: () => void }} acts
 */
export function createMasthead({ signIn, signOut, showInvitations, checkSound }) {
  /** @type {string|null} */ let drawn = null
  const brand = element('p', { class: 'masthead__brand' }, element('a', { href: '/', text: 'Roomtone' }))
  const face = element('span', { class: 'masthead__face', 'aria-hidden': 'true' })
  const name = element('span', { class: 'masthead__name' })
  const profile = element('a', { class: 'masthead__profile' }, face, element('span', { class: 'only-heard', text: 'You are' }), name)
  const me = element('div', { class: 'masthead__me', hidden: true }, profile,
    element('button', { class: 'masthead__out', type: 'button', 'aria-label': 'Sign out', title: 'Sign out', on: { click: signOut } }, symbol('leave')))
  const enter = element('button', { class: 'button', type: 'button', text: 'Choose a name', hidden: true, on: { click: signIn } })

  const rooms = element('a', { class: 'masthead__way', href: '/', text: 'Rooms' })
  const clubs = element('a', { class: 'masthead__way', href: '/clubs', text: 'Clubs' })
  const waiting = element('span', { class: 'masthead__count', 'aria-hidden': 'true' })
  const invited = element('button', { class: 'masthead__way', type: 'button', on: { click: showInvitations } }, 'Invitations', waiting)
  const sound = element('button', { class: 'masthead__out masthead__sound', type: 'button', 'aria-label': 'Sound check', title: 'Sound check (S)', on: { click: () => checkSound() } }, symbol('dials'))
  const ways = element('nav', { class: 'masthead__ways', 'aria-label': 'House' }, rooms, clubs, invited, sound)

  return {
    element: element('header', { class: 'masthead' }, element('div', { class: 'masthead__top' }, brand, me, enter), ways),
    /** @param {{ user: {username: string}|null, known: boolean, place: import('./route.js').Place, invitations: number }} now  `known`: whether it is known who I am */
    update({ user, known, place, invitations }) {
      me.hidden = !user
      enter.hidden = Boolean(user) || !known
      mark(rooms, 'aria-current', place.place === 'hallway' ? 'page' : null)
      mark(clubs, 'aria-current', place.place === 'clubs' ? 'page' : null)
      mark(profile, 'aria-current', user && place.username === user.username ? 'page' : null)
      invited.hidden = !user
      mark(invited, 'aria-label', invitations > 0 ? `Invitations, ${invitations} open` : 'Invitations, none open')
      waiting.hidden = invitations === 0
      say(waiting, String(invitations))
      if (!user || user.username === drawn) return
      mark(profile, 'href', addressOfPerson(user.username))
      mark(profile, 'title', `${user.username}: your page`)
      face.replaceChildren(avatar(user.username))
      say(name, user.username)
      drawn = user.username
    },
  }
}
