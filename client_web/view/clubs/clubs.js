import { addressOfClub } from '../../addresses.js'
import { element, mark, say } from '../elements/element.js'
import { keyed } from '../elements/keyed.js'
import { createPageState } from '../elements/page_state.js'
import { symbol } from '../elements/symbol.js'
import { clubCountsInWords, ROLES } from './club_words.js'
import { createFollow } from './follow.js'
import { inWords } from '../../words/language.js'

/**
 * @import { Club } from '../../room/clubs.js'
 * @import { LookupState } from '../../room/lookup.js'
 * @import { ShellState } from '../../room/shell.js'
 * @import { User } from '../../session.js'
 */

/** @typedef {Club & { signed_in: boolean }} ListedClub */

/**
 * All clubs, mine first.
 * @param {{ newClub: () => void, toggleFollowClub: (club: Club) => void, reload: () => void }} actions
 */
export function createClubs({ newClub, toggleFollowClub, reload }) {
  const heading = element('h1', { class: 'page__title', dir: 'auto', tabindex: '-1', text: inWords('Clubs') })
  const create = element('button', { class: 'button button--action', type: 'button', on: { click: newClub } }, symbol('plus'), inWords('Create a club'))
  const state = createPageState(reload)
  const mine = createPart(inWords('Yours'))
  const others = createPart(inWords('All clubs'))
  const nobody = element('p', { class: 'page__lead quiet', text: inWords('There are no clubs yet. Create the first one. People can follow it, and members can start rooms in it.'), hidden: true })
  const root = element('article', { class: 'page page--clubs' },
    element('header', { class: 'page__head page__head--row' }, element('div', {}, heading, element('p', { class: 'page__lead quiet', text: inWords('Groups that people follow and join. Rooms of the clubs you follow come first in your hallway.') })), create),
    state.element, mine.element, others.element, nobody)

  function createPart(/** @type {string} */ title) {
    const list = element('ul', { class: 'club-cards' })
    const words = element('h2', { class: 'caps page__section', text: title })
    const rows = keyed(list, { key: (/** @type {ListedClub} */ club) => club.id, create: () => createClubCard({ toggleFollowClub }), fades: false })
    const part = element('section', { 'aria-label': title }, words, list)
    return {
      element: part,
      /** @param {ListedClub[]} clubs @param {string} named */
      update(clubs, named) {
        part.hidden = clubs.length === 0
        say(words, named)
        mark(part, 'aria-label', named)
        rows.update(clubs)
      },
    }
  }

  return {
    element: root,
    title: () => inWords('Clubs'),
    /** @param {{ looked: LookupState<string, Club[]>, shell: ShellState, user: User|null }} now */
    update({ looked, shell, user }) {
      state.update(looked)
      const all = (looked.value ?? []).map((club) => ({ ...club, followed: shell.following.has(club.id), signed_in: Boolean(user) }))
      const near = all.filter((club) => club.my_role)
      mine.update(near, inWords('Yours'))
      others.update(all.filter((club) => !club.my_role), near.length ? inWords('Other clubs') : inWords('All clubs'))
      nobody.hidden = looked.phase !== 'ready' || all.length > 0
    },
  }
}

/** @param {{ toggleFollowClub: (club: Club) => void }} actions */
function createClubCard({ toggleFollowClub }) {
  /** @type {ListedClub} */ let club
  const topic = element('span', { class: 'caps' })
  const role = element('span', { class: 'role' })
  const link = element('a', { class: 'card__link', dir: 'auto' })
  const about = element('p', { class: 'club-card__about quiet', dir: 'auto' })
  const counts = element('p', { class: 'card__counts' })
  const follow = createFollow(() => toggleFollowClub(club))
  return {
    element: element('li', { class: 'card club-card' },
      element('div', { class: 'card__top' }, topic, role), element('h3', { class: 'card__name' }, link), about,
      element('div', { class: 'card__foot' }, counts, follow.element)),
    update(/** @type {ListedClub} */ latest) {
      club = latest
      say(topic, club.topic ?? '')
      say(role, ROLES[club.my_role ?? ''] ?? '')
      role.hidden = !club.my_role
      say(link, club.name)
      mark(link, 'href', addressOfClub(club.id))
      say(about, club.description ?? '')
      about.hidden = !club.description
      say(counts, clubCountsInWords(club))
      follow.update(club)
    },
  }
}
