import { element, mark, say } from './element.js'
import { redraw, symbol } from './symbol.js'

/**
 * What people should know of a room before they enter, in its head and on its card in the hallway.
 *
 * @typedef {{ kind: string, sign: string, text: string, title: string|null }} RoomBadge  `sign`: its symbol
 * @param {Partial<import('../../room/state.js').Room>} room
 * @returns {RoomBadge[]}
 */
export function badgesOf(room) {
  /** @type {RoomBadge[]} */ const badges = []
  if (room.locked) badges.push({ kind: 'locked', sign: 'lock', text: 'Locked', title: 'Nobody else can enter' })
  if (room.access === 'invited') badges.push({ kind: 'access', sign: 'invited', text: 'Invited only', title: 'Only people who were invited may enter' })
  if (room.access === 'club') badges.push({ kind: 'access', sign: 'members', text: 'Members only', title: 'Only members of the club may enter' })
  if (room.broadcast) badges.push({ kind: 'broadcast', sign: 'ear', text: 'Anybody can listen', title: 'People who are not in this room hear it, too, also on other sites' })
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
