import { element } from '../elements/element.js'
import { symbol } from '../elements/symbol.js'

/** @import { ListedRoom } from '../../room/hallway.js' */

/**
 * What people should know before they enter, each with a symbol and a text.
 * @typedef {{ key: string, sign: string, words: string }} Badge
 * @param {ListedRoom} row
 * @param {ReadonlySet<number>} [blocks]  the users I blocked
 * @returns {Badge[]}
 */
export function badgesOf(row, blocks = new Set()) {
  /** @type {Badge[]} */ const badges = []
  if (row.locked) badges.push({ key: 'locked', sign: 'lock', words: 'Locked' })
  if (row.access === 'club') badges.push({ key: 'club', sign: 'members', words: 'Members only' })
  if (row.access === 'invited') badges.push({ key: 'invited', sign: 'invite', words: 'Invited only' })
  const blocked = (row.people ?? []).find(({ user_id }) => blocks.has(user_id))
  if (blocks.has(row.host_id)) badges.push({ key: 'blocked', sign: 'block', words: `Hosted by ${row.host}, blocked by you` })
  else if (blocked) badges.push({ key: 'blocked', sign: 'block', words: `${blocked.username}, blocked by you, is on stage` })
  return badges
}

/** @param {Badge} badge */
export const createBadge = ({ key, sign, words }) => {
  const text = element('span', { text: words })
  return {
    element: element('li', { class: `badge badge--${key}` }, symbol(sign), text),
    update: (/** @type {Badge} */ badge) => {
      if (text.textContent !== badge.words) text.textContent = badge.words
    },
  }
}
