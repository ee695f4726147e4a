import { avatar } from './avatar.js'
import { element, mark, say } from './element.js'
import { keyed } from './keyed.js'
import { addressOf } from './route.js'
import { redraw, symbol } from './symbol.js'
import { countsInWords } from './words.js'

/**
 * A room's card in the hallway: a door ajar. It changes in place and never grows or shrinks a line because somebody walks in or out.
 * @param {{ toggleFollow: (row: object) => void }} acts
 */
export function createCard({ toggleFollow }) {
  let row = null
  const club = element('span', { class: 'caps card__club' })
  const ribbon = symbol('follow')
  const follow = element('button', { class: 'card__follow', type: 'button', on: { click: () => toggleFollow(row) } }, ribbon)
  const link = element('a', { class: 'card__link' })
  const people = element('ul', { class: 'card__people' })
  const live = element('span', { class: 'card__live' }, element('span', { class: 'card__dot', 'aria-hidden': 'true' }), 'Live')
  const counts = element('span')
  const card = element('li', { class: 'card' },
    element('div', { class: 'card__top' }, club, follow),
    element('h3', { class: 'card__name' }, link),
    people,
    element('p', { class: 'card__counts' }, live, counts),
  )
  const faces = keyed(people, { key: (one) => one.user_id, create: face })

  return {
    element: card,
    update({ row: latest, over, here, may_follow }) {
      row = latest
      say(club, row.club ?? `Hosted by ${row.host}`)
      card.classList.toggle('card--clubless', !row.club)
      follow.hidden = !row.club || !may_follow
      mark(follow, 'aria-pressed', row.followed ? 'true' : 'false')
      mark(follow, 'aria-label', `Follow ${row.club}`)
      mark(follow, 'title', row.followed ? `Unfollow ${row.club}` : `Follow ${row.club}`)
      redraw(ribbon, row.followed ? 'followed' : 'follow')
      say(link, row.name)
      // A closed door is no link: it keeps its place under the pointer, but leads nowhere.
      mark(link, 'href', over ? null : addressOf(row.id))
      mark(link, 'aria-current', here ? 'page' : null)
      card.classList.toggle('card--here', here)
      card.classList.toggle('card--over', over)
      card.classList.toggle('card--live', row.here > 0 && !over)
      live.hidden = over || row.here === 0
      faces.update(over ? [] : row.people)
      say(counts, over ? 'This room has ended' : described(row, here))
    },
  }
}

function described(row, here) {
  const told = [countsInWords(row)]
  if (row.stage === 'moderated') told.push('moderated')
  if (here) told.push("you're in")
  return told.join(' · ')
}

function face() {
  const name = element('span', { class: 'card__person-name' })
  const made = element('li', { class: 'card__person' }, name)
  let shown = null
  return {
    element: made,
    update({ username }) {
      if (username === shown) return
      if (shown !== null) made.firstElementChild.remove()
      made.prepend(avatar(username))
      shown = username
      say(name, username)
    },
  }
}
