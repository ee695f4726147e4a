import { shownFor } from './shown_for.js'

/**
 * What the people in a room need to know about its host: a new one, or that the host left or is back. Pure.
 *
 * @typedef {{ user_id: number, username: string, present: boolean }} HostNow
 * @typedef {{ kind: 'new'|'new_after_leaving'|'left'|'lost'|'back', host: string, user_id: number, former: string|null }} HostNews
 *   `lost`: the connection; `former`: the host before
 * @typedef {{ host: HostNow|null, former: { user_id: number, username: string, at: number }|null }} HostMemory
 */

const TOGETHER = 5 // s: if a host hands over and leaves within this time, both are announced together

/** @type {HostMemory} */
export const NO_HOST = Object.freeze({ host: null, former: null })

/** @param {import('./state.js').RoomState} room @returns {HostNow|null} */
function hostOf({ room, seats }) {
  const user_id = room?.host_id
  if (user_id === undefined) return null
  const seat = seats.get(user_id)
  return { user_id, username: seat?.username ?? room?.host ?? '', present: Boolean(seat?.peer_id) }
}

/**
 * @param {HostMemory} memory @param {import('./state.js').RoomState} room @param {number} now  ms
 * @returns {{ memory: HostMemory, news: HostNews|null }}
 */
export function hostNews(memory, room, now) {
  const host = hostOf(room)
  const was = memory.host
  if (!host || !was) return { memory: { host: host ?? was, former: null }, news: null }
  const here = (/** @type {number} */ user_id) => Boolean(room.seats.get(user_id)?.peer_id)
  const newsOf = (/** @type {HostNews['kind']} */ kind, /** @type {HostMemory['former']} */ former = null) => ({
    memory: { host, former }, news: { kind, host: host.username, user_id: host.user_id, former: former?.username ?? null },
  })
  if (host.user_id !== was.user_id) {
    const former = { user_id: was.user_id, username: was.username, at: now }
    return newsOf(here(was.user_id) ? 'new' : 'new_after_leaving', former)
  }
  const { former } = memory
  // In a counted room the seat of a former host who goes to the audience is not known any more.
  const stays = former && room.seatEvents.findLast((one) => one.user_id === former.user_id)?.kind === 'role'
  if (former && !stays && !here(former.user_id)) {
    const news = now - former.at < shownFor(TOGETHER) ? newsOf('new_after_leaving', former).news : null
    return { memory: { host, former: null }, news }
  }
  if (was.present && !host.present) {
    const kind = room.seatEvents.findLast((one) => one.user_id === host.user_id)?.kind
    // With a room all its seats end: the room does not stay open, and its end is said elsewhere.
    return kind === 'room ended' ? { memory: { host, former }, news: null } : newsOf(kind === 'timeout' ? 'lost' : 'left')
  }
  if (!was.present && host.present) return newsOf('back')
  return { memory: { host, former }, news: null }
}
