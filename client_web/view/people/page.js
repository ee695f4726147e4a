import { addressOf, addressOfClub, HOME } from '../../addresses.js'
import { avatar, redrawAvatar } from '../elements/avatar.js'
import { ROLES } from '../clubs/club_words.js'
import { createFollow } from '../clubs/follow.js'
import { element, mark, say } from '../elements/element.js'
import { createLinks } from '../elements/link_list.js'
import { createPageState } from '../elements/page_state.js'
import { createRecordingLinks } from '../recording/links.js'
import { monthInWords } from '../elements/when.js'
import { kindInWords, roleInWords } from './person_words.js'
import { inWords } from '../../words/language.js'

/**
 * @import { LookupState } from '../../room/lookup.js'
 * @import { Profile } from '../../room/profiles.js'
 * @import { ShellState } from '../../room/shell.js'
 * @import { User } from '../../session.js'
 * @import { Place } from '../shell/route.js'
 */

/** @typedef {{ title: string, offered: () => boolean, show: () => void }} Credential  a dialog about what signs me in, where that is offered */
/** @typedef {Profile & { recordings?: import('../../room/recordings.js').Recording[] }} PersonPage */

/**
 * The page of a person: their text, clubs, and the rooms they are in now. On my own page I can edit it.
 * @param {{ editProfile: (person: PersonPage) => void, toggleFollowPerson: (person: PersonPage) => void, toggleBlock: (person: PersonPage) => void, showPersonCalendar: (person: PersonPage) => void, reload: () => void,
 *   credentials: Credential[] }} actions
 */
export function createPerson({ reload, credentials, ...actions }) {
  /** @type {PersonPage|null} */ let person = null
  const picture = avatar('')
  const face = element('div', { class: 'person__face', 'aria-hidden': 'true' }, picture)
  const kind = element('p', { class: 'caps page__over', dir: 'auto' })
  const heading = element('h1', { class: 'page__title', dir: 'auto', tabindex: '-1' })
  const since = element('p', { class: 'page__counts quiet' })
  const about = element('p', { class: 'page__about', dir: 'auto' })
  const marked = element('p', { class: 'person__blocked quiet', text: inWords('You blocked them. You do not hear them. Rooms they host or speak in are marked in your hallway.') })
  const edit = element('button', { class: 'button', type: 'button', text: inWords('Edit your page'), on: { click: () => person && actions.editProfile(person) } })
  const follow = createFollow(() => person && actions.toggleFollowPerson(person))
  const block = element('button', { class: 'button button--plain', type: 'button', on: { click: () => person && actions.toggleBlock(person) } })
  const calendar = element('button', { class: 'button', type: 'button', 'aria-haspopup': 'dialog', on: { click: () => person && actions.showPersonCalendar(person) } })
  const own = credentials.map(({ title, show }) => element('button', { class: 'button', type: 'button', text: title, on: { click: show } }))
  const buttons = element('div', { class: 'page__buttons' }, edit, ...own, follow.element, calendar, block)
  const state = createPageState(reload)
  const missing = element('div', { class: 'page__missing', hidden: true },
    element('p', { class: 'page__lead quiet', text: inWords('They may have a new name.') }), element('a', { class: 'button button--action', href: HOME, text: inWords('To the hallway') }))
  const now = createLinks(inWords('Now in'), inWords('They are in no room that you can see.'))
  const clubs = createLinks(inWords('Clubs'), inWords('No clubs yet.'))
  const recordings = createRecordingLinks(inWords('Recordings'), ({ room }) => room ?? inWords('A room'))
  const body = element('div', { class: 'page__body' }, now.element, clubs.element, recordings.element)
  const root = element('article', { class: 'page page--person' },
    element('header', { class: 'page__head page__head--person' }, face, element('div', {}, kind, heading, since, about, marked, buttons)), state.element, missing, body)

  return {
    element: root,
    title: () => person?.username ?? null,
    /** @param {{ place: Place, looked: LookupState<string, PersonPage>, shell: ShellState, user: User|null }} now */
    update({ place, looked, shell, user }) {
      const here = looked.key === place.username
      person = here ? looked.value : null
      state.update(here ? looked : { phase: 'loading', problem: null })
      missing.hidden = !(here && looked.phase === 'missing')
      body.hidden = buttons.hidden = since.hidden = person === null
      about.hidden = !person?.bio
      face.hidden = person === null
      kind.hidden = !person || person.kind === 'person'
      say(heading, person?.username ?? (missing.hidden ? (place.username ?? '') : inWords('There is nobody with this name')))
      const blocked = person !== null && Boolean(shell.blocks?.has(person.id))
      marked.hidden = !blocked
      if (!person) return
      redrawAvatar(picture, person.username)
      const me = user?.id === person.id
      say(kind, kindInWords(person.kind))
      say(since, inWords('Here since {month}', { month: monthInWords(person.created_at) }))
      say(about, person.bio ?? '')
      edit.hidden = !me
      own.forEach((button, index) => { button.hidden = !me || !credentials[index].offered() })
      follow.update({ name: person.username, followed: shell.followedPeople.has(person.id), signed_in: Boolean(user) && !me && !blocked && person.kind !== 'node' })
      calendar.hidden = person.kind === 'node'
      say(calendar, me ? inWords('Calendar for others') : inWords('Calendar'))
      block.hidden = me || !user || !actions.toggleBlock
      say(block, blocked ? inWords('Unblock') : inWords('Block'))
      mark(block, 'aria-label', `${blocked ? inWords('Unblock') : inWords('Block')} ${person.username}`)
      recordings.update(person.recordings ?? [])
      now.update(person.rooms.map((one) => ({ key: one.room_id, href: addressOf(one.room_id), name: one.room, detail: roleInWords(one.role) })), me ? inWords('You are in no room.') : undefined)
      clubs.update(person.clubs.map((one) => ({ key: one.club_id, href: addressOfClub(one.club_id), name: one.name, detail: ROLES[one.role] ?? '' })))
    },
  }
}
