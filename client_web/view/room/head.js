import { HOME } from '../../addresses.js'
import { createDescription } from '../elements/description.js'
import { createTopologyButton } from './topology.js'
import { element, say } from '../elements/element.js'
import { keyed } from '../elements/keyed.js'
import { createRefusal } from '../elements/refusal.js'
import { badgesOf, createBadge } from '../elements/room_badges.js'
import { symbol } from '../elements/symbol.js'
import { endingInWords } from './ending_words.js'
import { paceInWords } from '../stage/stage_words.js'
import { inWords, language, locale } from '../../words/language.js'

/**
 * @import { Room } from '../../room/state.js'
 * @import { RoomBadge } from '../elements/room_badges.js'
 * @import { ShownRoomSession, RoomSessionState } from '../../room/room_session_state.js'
 */

/**
 * The head of a room: its club, name, description, badges and topology, and the buttons to invite and for the settings.
 * @param {{ openSettings: () => void, inviteHere: () => void, openNow: () => Promise<unknown>, showTopologies: () => void }} actions
 */
export function createRoomHead(actions) {
  const club = element('p', { class: 'caps room__club', dir: 'auto' })
  const name = element('h1', { class: 'room__name', dir: 'auto' })
  const description = createDescription()
  const about = element('p', { class: 'room__about quiet' })
  const route = createTopologyButton(actions)
  const badges = element('ul', { class: 'room__badges', 'aria-label': inWords('About this room') })
  const settings = element('button', { class: 'round', type: 'button', 'aria-label': inWords('Room settings'), title: inWords('Room settings'), 'aria-haspopup': 'dialog', on: { click: () => actions.openSettings() } }, symbol('settings'))
  const invite = element('button', { class: 'round', type: 'button', 'aria-label': inWords('Invite'), title: inWords('Invite'), 'aria-haspopup': 'dialog', on: { click: () => actions.inviteHere() } }, symbol('invite'))
  const tools = element('div', { class: 'room__tools' }, route.button, invite, settings)
  const back = element('a', { class: 'back-link room__back', href: HOME }, symbol('back'), inWords('Hallway'))
  const refusal = createRefusal()
  const early = element('button', { class: 'button button--action', type: 'button', text: inWords('Open the room now'), on: { click: () => refusal.attempt(actions.openNow) } })
  const scheduled = element('div', { class: 'room__scheduled', hidden: true }, element('p', { text: inWords('This room is not open yet. You can prepare it. Others can enter when it opens.') }), early, refusal.element)
  const list = keyed(badges, { key: (/** @type {RoomBadge} */ { kind }) => kind, create: createBadge })
  const root = element('header', { class: 'room__head' }, element('div', { class: 'room__bar' }, back, tools), club, name, description.element, about, element('div', { class: 'room__facts' }, route.problem, badges), scheduled)

  return {
    element: root,
    /** Other round buttons are added here. */
    tools,
    /** @param {ShownRoomSession} roomSession @param {Partial<Room>} known  the room, as far as it is known */
    update(roomSession, known) {
      const over = roomSession.phase === 'left'
      const joining = roomSession.phase === 'joining' && roomSession.people.length === 0
      say(club, known.club ?? '')
      club.hidden = !known.club
      say(name, known.name ?? (over ? endingInWords(roomSession).title : inWords('Entering the room…')))
      description.update(over ? null : known.description)
      about.hidden = over
      say(about, over || joining ? '' : inWords('{here, plural, one {# person} other {# people}} here · {on_stage} on stage', roomSession.counts) + handsInWords(roomSession))
      route.update(roomSession, over || joining)
      const special = over ? [] : allBadgesOf(known)
      list.update(special)
      badges.hidden = special.length === 0
      invite.hidden = over || joining
      settings.hidden = over || !roomSession.may.moderate
      scheduled.hidden = over || !roomSession.may.open || roomSession.room?.opened_at !== null
    },
  }
}

/** The number of raised hands: on a phone the queue may not be visible. */
function handsInWords(/** @type {RoomSessionState} */ { may, hands }) {
  return may.moderate && hands ? ` · ${inWords('{hands, plural, one {# hand} other {# hands}} up', { hands })}` : ''
}

const clock = new Intl.DateTimeFormat(language === 'en' ? undefined : locale, { weekday: 'short', hour: '2-digit', minute: '2-digit' })

/** The badges of the room, and those that only its people need. @param {Partial<Room>} room @returns {RoomBadge[]} */
function allBadgesOf(room) {
  const badges = badgesOf(room)
  if (room.opened_at === null && room.starts_at) {
    badges.unshift({ kind: 'opens', sign: 'clock', text: inWords('Opens {when}', { when: clock.format(new Date(room.starts_at)) }), title: inWords('Until then only host and co-hosts are here') })
  }
  if (room.stage === 'moderated') badges.push({ kind: 'stage', sign: 'hand', text: inWords('Moderated stage'), title: inWords('People raise a hand to speak') })
  if (room.slow_mode) {
    const pace = paceInWords(room.slow_mode)
    badges.push({ kind: 'pace', sign: 'clock', text: inWords('Slow mode: {pace}', { pace }), title: inWords('One message from each of us every {pace}', { pace }) })
  }
  return badges
}
