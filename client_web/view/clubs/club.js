import { CLUBS } from '../../addresses.js'
import { createCard } from '../hallway/card.js'
import { clubCountsInWords } from './club_words.js'
import { createFollow } from './follow.js'
import { createClubInvitations } from './invitations.js'
import { createClubMember } from './member.js'
import { element, mark, say } from '../elements/element.js'
import { keyed } from '../elements/keyed.js'
import { inOrder } from '../hallway/order.js'
import { createPageState } from '../elements/page_state.js'
import { symbol } from '../elements/symbol.js'
import { inWords } from '../../words/language.js'

/**
 * @import { Club, ClubPage } from '../../room/clubs.js'
 * @import { LookupState } from '../../room/lookup.js'
 * @import { ShellState } from '../../room/shell.js'
 * @import { User } from '../../session.js'
 * @import { Place } from '../shell/route.js'
 */

/**
 * The page of a club: its description, open and scheduled rooms, members, and what I may do.
 * @typedef {ClubPage & { signed_in: boolean }} ShownClub
 * @typedef {{ toggleFollowClub: (club: Club) => unknown, startInClub: (club: Club) => unknown, inviteToClub: (club: Club) => unknown,
 *             editClub: (club: Club) => unknown, handOverClub: (club: ClubPage) => unknown, deleteClub: (club: Club) => unknown, leaveClub: (club: Club) => unknown, showClubCalendar: (club: Club) => unknown,
 *             reload: () => unknown }} ClubActions
 * @param {ClubActions & Parameters<typeof createCard>[0] & Parameters<typeof createClubMember>[0] & Parameters<typeof createClubInvitations>[0]} actions
 */
export function createClub(actions) {
  /** @type {ShownClub|null} */ let club = null
  const action = (/** @type {Exclude<keyof ClubActions, 'reload'>} */ name) => () => club && actions[name](club)
  const topic = element('p', { class: 'caps page__over', dir: 'auto' })
  const heading = element('h1', { class: 'page__title', dir: 'auto', tabindex: '-1' })
  const about = element('p', { class: 'page__about', dir: 'auto' })
  const counts = element('p', { class: 'page__counts quiet' })
  const follow = createFollow(action('toggleFollowClub'))
  const start = element('button', { class: 'button button--action', type: 'button', on: { click: action('startInClub') } }, symbol('plus'), inWords('Start a room here'))
  const invite = element('button', { class: 'button', type: 'button', on: { click: action('inviteToClub') } }, symbol('invite'), inWords('Invite'))
  const edit = element('button', { class: 'button', type: 'button', on: { click: action('editClub') } }, inWords('Edit'))
  const calendar = element('button', { class: 'button', type: 'button', 'aria-haspopup': 'dialog', text: inWords('Calendar'), on: { click: action('showClubCalendar') } })
  const leave = element('button', { class: 'button button--plain', type: 'button', on: { click: action('leaveClub') } }, inWords('Leave the club'))
  const give = element('button', { class: 'button button--plain', type: 'button', on: { click: action('handOverClub') } }, inWords('Hand over'))
  const close = element('button', { class: 'button button--plain', type: 'button', on: { click: action('deleteClub') } }, inWords('Delete'))
  follow.element.classList.remove('button--small')
  const buttons = element('div', { class: 'page__buttons' }, start, follow.element, calendar, invite, edit, give, close, leave)
  const state = createPageState(actions.reload)
  const missing = element('div', { class: 'page__missing', hidden: true },
    element('p', { class: 'page__lead quiet', text: inWords('It may have been closed, or the address may be wrong.') }), element('a', { class: 'button button--action', href: CLUBS, text: inWords('To all clubs') }))

  const roomCards = element('ul', { class: 'page__cards' })
  const rooms = keyed(roomCards, { key: (/** @type {Parameters<ReturnType<typeof createCard>['update']>[0]} */ entry) => entry.row.id, create: () => createCard(actions) })
  const quiet = element('p', { class: 'quiet', text: inWords('No room is open or planned here.') })
  const list = element('ul', { class: 'members' })
  const members = keyed(list, { key: (/** @type {import('./member.js').ShownMember} */ one) => one.user_id, create: () => createClubMember(actions), fades: false })
  const invitations = createClubInvitations(actions)
  const body = element('div', { class: 'page__body' },
    element('section', { 'aria-label': inWords('Rooms') }, element('h2', { class: 'caps page__section', text: inWords('Rooms') }), roomCards, quiet),
    element('section', { 'aria-label': inWords('Members') }, element('h2', { class: 'caps page__section', text: inWords('Members') }), list),
    invitations.element)
  const root = element('article', { class: 'page page--club' },
    element('header', { class: 'page__head' }, element('a', { class: 'back-link', href: CLUBS }, symbol('back'), inWords('Clubs')), topic, heading, about, counts, buttons),
    state.element, missing, body)

  return {
    element: root,
    title: () => club?.name ?? null,
    /** @param {{ place: Place, looked: LookupState<number, ClubPage>, shell: ShellState, user: User|null }} now */
    update({ place, looked, shell, user }) {
      const here = looked.key === place.club_id
      club = here && looked.value ? { ...looked.value, followed: shell.following.has(looked.value.id), signed_in: Boolean(user) } : null
      state.update(here ? looked : { phase: 'loading', problem: null })
      missing.hidden = !(here && looked.phase === 'missing')
      body.hidden = buttons.hidden = counts.hidden = club === null
      topic.hidden = !club?.topic
      about.hidden = !club?.description
      say(heading, club?.name ?? (missing.hidden ? inWords('A club') : inWords('There is no such club')))
      if (!club) return
      const shown = club
      const manages = club.my_role === 'OWNER' || club.my_role === 'ADMIN'
      say(topic, club.topic ?? '')
      say(about, club.description ?? '')
      say(counts, clubCountsInWords(club))
      follow.update(club)
      start.hidden = !club.my_role
      invite.hidden = !manages
      edit.hidden = club.my_role !== 'OWNER'
      const owns = club.my_role === 'OWNER'
      close.hidden = !owns
      give.hidden = !owns || club.members < 2
      // The only owner hands the club over or deletes it.
      leave.hidden = !club.my_role || (owns && club.roster.filter(({ role }) => role === 'OWNER').length < 2)
      drawRooms(shell, user)
      members.update(shown.roster.map((one) => ({ ...one, club: shown, me: one.user_id === user?.id })))
      invitations.update(manages ? club.invitations : [])
    },
  }

  /** @param {ShellState} shell @param {User|null} user */
  function drawRooms(shell, user) {
    const seated_in = shell.roomSession && shell.roomSession.state.phase !== 'left' ? shell.roomSession.room_id : null
    const entries = inOrder(shell.hallway.filter((row) => row.club_id === club?.id))
      .sort((a, b) => Number(Boolean(a.row.scheduled)) - Number(Boolean(b.row.scheduled)))
      .map((entry) => ({ ...entry, here: entry.row.id === seated_in, me: user?.id ?? null, reminded: shell.reminders.has(entry.row.id), blocks: shell.blocks }))
    rooms.update(entries)
    quiet.hidden = entries.length > 0
    mark(roomCards, 'hidden', entries.length === 0)
  }
}
