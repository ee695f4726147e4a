import { placeOf } from '../../room/chat_log.js'

/**
 * Which messages are in the document: at most 300, however many the room has. Pure.
 *
 * @typedef {{ from: number|null, to: number|null }} Range  ids of the first and the last shown; null: up to the end
 */

export const MOST = 300
export const STEP = 50 // messages in a page

/** The newest messages; new ones are added. @type {Range} */
export const NEWEST = Object.freeze({ from: null, to: null })

/** @param {readonly { id: number }[]} messages @param {Range} range @returns {{ start: number, end: number }} */
export function indicesOf(messages, { from, to }) {
  const end = to === null ? messages.length : Math.min(messages.length, placeOf(messages, to + 1))
  const start = from === null ? end - MOST : placeOf(messages, from)
  return { start: Math.max(0, start), end }
}

/** While reading further up: the shown messages stay, and new ones are added below until the range is full. @param {readonly { id: number }[]} messages @param {Range} range @returns {Range} */
export function keptRange(messages, range) {
  const { start, end } = indicesOf(messages, range)
  if (end === 0) return NEWEST
  const full = end - start > MOST
  return { from: messages[start].id, to: full ? messages[start + MOST - 1].id : range.to }
}

/** A page further up, as far as there are messages. @param {readonly { id: number }[]} messages @param {Range} range @returns {Range} */
export function pageUp(messages, range) {
  const { start } = indicesOf(messages, range)
  return keptRange(messages, { from: messages[Math.max(0, start - STEP)]?.id ?? null, to: range.to })
}

/** A page further down. @param {readonly { id: number }[]} messages @param {Range} range @returns {Range} */
export function pageDown(messages, range) {
  const { start, end } = indicesOf(messages, range)
  const last = Math.min(messages.length, end + STEP)
  const first = Math.max(start, last - MOST)
  return { from: messages[first]?.id ?? null, to: last === messages.length ? null : messages[last - 1].id }
}
