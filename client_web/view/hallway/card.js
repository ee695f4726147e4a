import { addressOf } from '../../addresses.js'
import { avatar, redrawAvatar } from '../elements/avatar.js'
import { element, mark, say } from '../elements/element.js'
import { keyed } from '../elements/keyed.js'
import { badgesOf, createBadge } from '../elements/room_badges.js'
import { redraw, symbol } from '../elements/symbol.js'
import { whenInWords } from '../elements/when.js'
import { countsInWords, knownInWords } from './hallway_words.js'
import { inWords } from '../../words/language.js'
import { capital, together } from '../elements/words.js'

/**
 * @import { ListedRoom } from '../../room/hallway.js'
 * @import { RoomBadge } from '../elements/room_badges.js'
 */

/**
 * The card of an open or scheduled room. Its height does not change when people enter or leave, unless I follow them.
 * @param {{ toggleFollow: (row: ListedRoom) => void, toggleReminder: (row: ListedRoom) => void }} actions
 */
export function createCard({ toggleFollow, toggleReminder }) {
  /** @type {ListedRoom} */ let row
  const club = element('span', { class: 'caps card__club', dir: 'auto' })
  const ribbon = symbol('follow')
  const follow = element('button', { class: 'card__follow', type: 'button', on: { click: () => toggleFollow(row) } }, ribbon)
  const link = element('a', { class: 'card__link', dir: 'auto' })
  const when = element('p', { class: 'card__when', hidden: true })
  const about = element('p', { class: 'card__description', dir: 'auto', hidden: true })
  const badges = element('ul', { class: 'badges' })
  const people = element('ul', { class: 'card__people' })
  const known = element('p', { class: 'card__known', hidden: true })
  const live = element('span', { class: 'card__live' }, element('span', { class: 'card__dot', 'aria-hidden': 'true' }), inWords('Live'))
  const counts = element('span')
  const reminderWords = element('span')
  const reminderSign = symbol('reminder')
  const remind = element('button', { class: 'card__remind', type: 'button', on: { click: () => toggleReminder(row) } }, reminderSign, reminderWords)
  const card = element('li', { class: 'card' },
    element('div', { class: 'card__top' }, club, follow),
    element('h3', { class: 'card__name' }, link),
    when, about, badges, people, known,
    element('div', { class: 'card__foot' }, element('p', { class: 'card__counts' }, live, counts), remind))
  const faces = keyed(people, { key: (/** @type {{ user_id: number, username: string }} */ one) => one.user_id, create: face })
  const signs = keyed(badges, { key: (/** @type {RoomBadge} */ { kind }) => kind, create: createBadge, fades: false })

  return {
    element: card,
    /** @param {{ row: ListedRoom, over: boolean, here: boolean, me: number|null, reminded: boolean, blocks?: ReadonlySet<number> }} entry */
    update({ row: latest, over, here, me, reminded, blocks }) {
      row = latest
      const scheduled = Boolean(row.scheduled) && !over
      say(club, row.club ?? inWords('Hosted by {host}', { host: row.host }))
      card.classList.toggle('card--clubless', !row.club)
      follow.hidden = !row.club || me === null
      mark(follow, 'aria-pressed', row.followed ? 'true' : 'false')
      mark(follow, 'aria-label', row.club ? inWords('Follow {club}', { club: row.club }) : null)
      mark(follow, 'title', row.club ? `${row.followed ? inWords('Unfollow') : inWords('Follow')} ${row.club}` : null)
      redraw(ribbon, row.followed ? 'followed' : 'follow')
      say(link, row.name)
      // The card of an ended room keeps its place under the pointer, but is not a link.
      mark(link, 'href', over ? null : addressOf(row.id))
      mark(link, 'aria-current', here ? 'page' : null)
      card.classList.toggle('card--here', here)
      card.classList.toggle('card--over', over)
      card.classList.toggle('card--live', row.here > 0 && !over)
      card.classList.toggle('card--scheduled', scheduled)
      live.hidden = over || row.here === 0 || scheduled
      signs.update(over ? [] : [...badgesOf(row), ...blocked(row, blocks)])
      faces.update(over || scheduled ? [] : row.people)
      known.hidden = over || !row.known.length
      say(known, known.hidden ? '' : knownInWords(row.known))
      when.hidden = !scheduled
      say(when, scheduled ? inWords('Opens {when}', { when: whenInWords(row.starts_at ?? '') }) : '')
      about.hidden = over || !row.description
      say(about, row.description ?? '')
      say(counts, over ? inWords('This room has ended') : scheduled ? scheduledInWords(row) : described(row, here))
      remind.hidden = !scheduled || me === row.host_id || (row.co_host_ids ?? []).some((id) => id === me) // hosts open it themselves
      mark(remind, 'aria-pressed', reminded ? 'true' : 'false')
      mark(remind, 'aria-label', reminded ? inWords('You will be notified of {room}', { room: row.name }) : inWords('Remind me of {room}', { room: row.name }))
      redraw(reminderSign, reminded ? 'reminder-on' : 'reminder')
      say(reminderWords, reminded ? inWords('You will be notified') : inWords('Remind me'))
    },
  }
}

/** Whom I blocked and would meet there. @param {ListedRoom} row @param {ReadonlySet<number>} [blocks] @returns {RoomBadge[]} */
function blocked(row, blocks = new Set()) {
  const badge = (/** @type {string} */ text) => [{ kind: 'blocked', sign: 'block', text, title: null }]
  if (blocks.has(row.host_id)) return badge(inWords('Hosted by {host}, blocked by you', { host: row.host }))
  const person = (row.people ?? []).find(({ user_id }) => blocks.has(user_id))
  return person ? badge(inWords('{username}, blocked by you, is on stage', { username: person.username })) : []
}

/** @param {ListedRoom} row @param {boolean} here */
function described(row, here) {
  const parts = [countsInWords(row)]
  if (row.stage === 'moderated') parts.push(inWords('moderated'))
  if (here) parts.push(inWords("you're in"))
  return parts.join(' · ')
}

function scheduledInWords(/** @type {ListedRoom} */ row) {
  const parts = []
  if (row.club || row.co_hosts?.length) parts.push(inWords('with {names}', { names: together([...(row.club ? [row.host] : []), ...(row.co_hosts ?? [])]) }))
  if (row.stage === 'moderated') parts.push(inWords('moderated'))
  if (row.repeats) parts.push(inWords('every week'))
  return capital(parts.join(' · ') || inWords('not open yet'))
}

function face() {
  const name = element('span', { class: 'card__person-name', dir: 'auto' })
  const drawn = avatar('')
  return {
    element: element('li', { class: 'card__person' }, drawn, name),
    update(/** @type {{ username: string }} */ { username }) {
      redrawAvatar(drawn, username)
      say(name, username)
    },
  }
}
