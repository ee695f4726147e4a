import { createClub } from '../clubs/club.js'
import { createClubs } from '../clubs/clubs.js'
import { element } from '../elements/element.js'
import { createInvitation } from '../invitations/page.js'
import { move } from '../elements/motion.js'
import { createPerson } from '../people/page.js'
import { createRecordingPage } from '../recording/page.js'
import { inWords } from '../../words/language.js'

/**
 * @import { LookupState } from '../../room/lookup.js'
 * @typedef {import('./route.js').Place} Place
 */

/**
 * The pages besides the hallway and the room: clubs, a club, a person, an invitation, a recording. One of them at a time.
 * @param {Parameters<typeof createClubs>[0] & Parameters<typeof createClub>[0] & Parameters<typeof createPerson>[0] &
 *         Parameters<typeof createInvitation>[0] & Parameters<typeof createRecordingPage>[0]} actions
 */
export function createPages(actions) {
  /** `any`: each page is given a value of its own. @typedef {{ element: HTMLElement, title: () => string|null, update: (now: any) => void, leave?: () => void }} Page */
  /** @type {Record<string, (all: typeof actions) => Page>} */
  const creators = { clubs: createClubs, club: createClub, person: createPerson, invitation: createInvitation, recording: createRecordingPage }
  /** @type {Record<string, Page>} */ const built = {} // those that were opened
  const scroll = element('div', { class: 'page__scroll scrolls' })
  const root = element('section', { class: 'layout__page', 'aria-label': inWords('Page') }, scroll)
  /** @type {string|null} */ let shown = null

  function build(/** @type {string} */ name) {
    built[name] = creators[name](actions)
    scroll.append(built[name].element)
  }

  return {
    element: root,
    scroll,
    /** Whether this place is one of these pages. */
    has: (/** @type {Place} */ { place }) => place in creators,
    /** @param {{ place: Place, pages: Record<string, LookupState<any, any>>, shell: import('../../room/shell.js').ShellState, user: import('../../session.js').User|null }} now */
    update({ place, pages: looked, shell, user }) {
      const name = place.place in creators ? place.place : null
      root.hidden = name === null
      if (name && !built[name]) build(name)
      for (const [each, page] of Object.entries(built)) {
        if (each !== name && !page.element.hidden) page.leave?.()
        page.element.hidden = each !== name
      }
      if (name) built[name].update({ place, looked: looked[name], shell, user })
    },
    /** A page was opened: its heading gets the focus. @param {string} key */
    arrive(key) {
      if (key !== shown) move(scroll, [{ opacity: 0, transform: 'translateY(6px)' }, { opacity: 1, transform: 'none' }])
      shown = key
      /** @type {HTMLElement|null} */ const heading = scroll.querySelector(':scope > :not([hidden]) h1')
      heading?.focus({ preventScroll: true })
    },
    title(/** @type {Place} */ place) {
      return built[place.place]?.title() ?? null
    },
  }
}
