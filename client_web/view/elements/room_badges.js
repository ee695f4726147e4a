import { element, mark, say } from './element.js'
import { redraw, symbol } from './symbol.js'
import { inWords } from '../../words/language.js'

/**
 * What people should know of a room before they enter, in its head and on its card in the hallway.
 *
 * @typedef {{ kind: string, sign: string, text: string, title: string|null }} RoomBadge  `sign`: its symbol
 * @param {Partial<import('../../room/state.js').Room>} room
 * @returns {RoomBadge[]}
 */
export function badgesOf(room) {
  /** @type {RoomBadge[]} */ const badges = []
  if (room.locked) badges.push({ kind: 'locked', sign: 'lock', text: inWords('Locked'), title: inWords('Nobody else can enter') })
  if (room.access === 'invited') badges.push({ kind: 'access', sign: 'invited', text: inWords('Invited only'), title: inWords('Only people who were invited may enter') })
  if (room.access === 'club') badges.push({ kind: 'access', sign: 'members', text: inWords('Members only'), title: inWords('Only members of the club may enter') })
  if (room.encrypted) badges.push({ kind: 'encrypted', sign: 'key', text: inWords('Encrypted'), title: inWords('Only the people in this room can hear it, and no server') })
  if (room.broadcast) badges.push({ kind: 'broadcast', sign: 'ear', text: inWords('Anybody can listen'), title: inWords('People who are not in this room hear it, too, also on other sites') })
  if (room.captions) badges.push({ kind: 'captions', sign: 'captions', text: inWords('Captions'), title: inWords('What speakers who agree say is written as text') })
  return badges
}

/** An item of a list of badges, for `keyed`. @param {RoomBadge} badge */
export function createBadge({ kind }) {
  const picture = symbol('lock')
  const words = element('span')
  const badge = element('li', { class: `badge badge--${kind}` }, picture, words)
  return {
    element: badge,
    update(/** @type {RoomBadge} */ { sign, text, title }) {
      redraw(picture, sign)
      say(words, text)
      mark(badge, 'title', title)
    },
  }
}
