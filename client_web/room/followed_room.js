import { hostNews, NO_HOST } from './host_news.js'
import { EMPTY, isAudible, isNode, onStage, reduce } from './state.js'

/**
 * The room as its log describes it, and what follows from that for me. Only frames of the log change it.
 *
 * @param {number} user_id  mine
 */
export function createFollowedRoom(user_id) {
  let room = EMPTY
  let memory = NO_HOST
  /** @type {Readonly<import('./host_news.js').HostNews>|null} */ let news = null

  return {
    user_id,
    get state() {
      return room
    },
    /** @param {import('../signaling/subscription.js').Frame} frame @returns {boolean} whether it changed the state */
    receive(frame) {
      const before = room
      room = reduce(room, frame)
      const latest = hostNews(memory, room, performance.now())
      memory = latest.memory
      if (latest.news) news = Object.freeze(latest.news)
      return room !== before
    },
    /** The newest about the host, since I entered; null if there is none. */
    get hostNews() {
      return news
    },
    /** Before I enter again. The seat events are kept, so that they are not announced a second time. */
    restart() {
      room = { ...EMPTY, seatEvents: room.seatEvents }
      memory = NO_HOST
      news = null
    },

    /** My seat; with a `peer_id` only if it belongs to that session. @param {string|null} [peer_id] */
    mySeat(peer_id) {
      const seat = room.seats.get(user_id)
      return seat && (peer_id === undefined || seat.peer_id === peer_id) ? seat : null
    },
    /** @param {string} peer_id */
    seatOf: (peer_id) => [...room.seats.values()].find((seat) => seat.peer_id === peer_id) ?? null,
    /** Whether this person's seat may be heard. @param {number} id  of the user */
    isAudible(id) {
      const seat = room.seats.get(id)
      return seat !== undefined && isAudible(seat)
    },
    /** @returns {number[]} the users on stage besides me */
    othersOnStage: () => onStage(room).filter((seat) => seat.user_id !== user_id && !isNode(seat)).map((seat) => seat.user_id),
    /** Seconds between two messages of mine; hosts and moderators are exempt. */
    slowMode() {
      const { role } = room.seats.get(user_id) ?? {}
      return role === 'HOST' || role === 'MODERATOR' ? 0 : (room.room?.slow_mode ?? 0)
    },
    topology: () => room.room?.topology ?? 'mesh',
  }
}
