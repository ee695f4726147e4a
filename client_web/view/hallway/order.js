import { folded } from '../../room/folding.js'

/** @import { ListedRoom } from '../../room/hallway.js' */

/**
 * The order of rooms in the hallway. Pure.
 *
 * Rooms are sorted by the chosen order. While the pointer or the focus is on the list, nothing moves: cards change in place, new rooms are
 * added at the end of their section, and a room that ends stays, marked as ended.
 *
 * @typedef {'followed'|'open'|'scheduled'} Section
 * @typedef {{ row: ListedRoom, section: Section, over: boolean }} Entry
 */

/** @param {ListedRoom} row @returns {Section} */
const sectionOf = (row) => (row.scheduled ? 'scheduled' : row.followed || row.known.length ? 'followed' : 'open')

const names = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true })
/** @param {ListedRoom} a @param {ListedRoom} b */
const soonest = (a, b) => Date.parse(a.starts_at ?? '') - Date.parse(b.starts_at ?? '') || a.id - b.id

/**
 * The possible orders; equal rooms are sorted by id.
 * @typedef {'busiest'|'newest'|'name'} Order
 * @type {Record<Order, (a: ListedRoom, b: ListedRoom) => number>}
 */
const ORDERS = {
  busiest: (a, b) => b.here - a.here || a.id - b.id,
  newest: (a, b) => Date.parse(b.opened_at ?? b.created_at) - Date.parse(a.opened_at ?? a.created_at) || b.id - a.id,
  name: (a, b) => names.compare(a.name, b.name) || a.id - b.id,
}

/** @param {string|null} name @returns {name is Order} */
export const isOrder = (name) => name !== null && Object.hasOwn(ORDERS, name)

/** @param {readonly ListedRoom[]} rows @param {Order} [order] @returns {Entry[]} scheduled rooms are always sorted by time */
export function inOrder(rows, order = 'busiest') {
  const entries = rows.map((row) => ({ row, section: sectionOf(row), over: false }))
  return entries.sort((a, b) => (a.row.scheduled && b.row.scheduled ? soonest : ORDERS[order])(a.row, b.row))
}

/**
 * @param {readonly Entry[]} shown  what is shown now
 * @param {readonly ListedRoom[]} rows @param {Order} [order]
 * @returns {Entry[]} the same cards in the same places, with what is new about them
 */
export function keptInPlace(shown, rows, order = 'busiest') {
  const known = new Map(rows.map((row) => [row.id, row]))
  const kept = shown.map((entry) => {
    const row = known.get(entry.row.id)
    return row ? { row, section: entry.section, over: false } : { ...entry, over: true }
  })
  const places = new Set(shown.map((entry) => entry.row.id))
  return [...kept, ...inOrder(rows, order).filter((entry) => !places.has(entry.row.id))]
}

/** Whether a room matches a search: by its name, description, club, topic, host or the people on its stage, without regard to case and accents. @param {ListedRoom} row @param {string} search */
export function matches(row, search) {
  const words = folded(search).split(/\s+/u).filter(Boolean)
  const texts = [row.name, row.description, row.club, row.topic, row.host, ...(row.people ?? []).map((one) => one.username)]
  const text = folded(texts.filter(Boolean).join(' '))
  return words.every((word) => text.includes(word))
}
