import { avatar } from './avatar.js'
import { element, say } from './element.js'
import { symbol } from './symbol.js'

/**
 * The top of the hallway: the house's name, and who I am.
 * @param {{ signIn: () => void, signOut: () => void }} acts
 */
export function createMasthead({ signIn, signOut }) {
  let drawn = null
  const brand = element('h1', { class: 'masthead__brand' }, element('a', { href: '/', text: 'Roomtone' }))
  const face = element('span', { class: 'masthead__face', 'aria-hidden': 'true' })
  const name = element('span', { class: 'masthead__name' })
  const me = element('div', { class: 'masthead__me', hidden: true }, face, element('span', { class: 'only-heard', text: 'You are' }), name,
    element('button', { class: 'masthead__out', type: 'button', 'aria-label': 'Sign out', title: 'Sign out', on: { click: signOut } }, symbol('leave')))
  const enter = element('button', { class: 'button', type: 'button', text: 'Choose a name', hidden: true, on: { click: signIn } })
  return {
    element: element('header', { class: 'masthead' }, brand, me, enter),
    /** @param {{username: string}|null} user @param {boolean} known  whether it is known yet who I am */
    update(user, known) {
      me.hidden = !user
      enter.hidden = Boolean(user) || !known
      if (!user || user.username === drawn) return
      face.replaceChildren(avatar(user.username))
      say(name, user.username)
      drawn = user.username
    },
  }
}
