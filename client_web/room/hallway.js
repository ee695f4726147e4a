import { isNewer } from '../signaling/cursor.js'
import { followedIn, NOBODY_HERE } from './followed_people.js'

/**
 * My window of the hallway: which rooms are open or scheduled, and who is in them. A pure reducer over hallway rows. They may arrive twice or
 * in another order: the newer cursor wins, and of two equal ones the later: a room comes into my window and leaves it without a change of its
 * own. A room that has ended, or that is no longer in my window, is removed.
 *
 * @import { Room } from './state.js'
 * @typedef {Room & { club_id: number|null, club: string|null, topic: string|null, host_id: number, host: string, co_hosts?: readonly string[],
 *             stage: 'open'|'moderated', access: 'open'|'club'|'invited', locked: boolean, created_at: string, starts_at: string|null,
 *             opened_at: string|null, scheduled: boolean, here: number, on_stage: number,
 *             people: {user_id: number, username: string, role: string}[], cursor: string, ended_at: string|null, hidden?: boolean }} HallwayRow
 * @typedef {HallwayRow & { followed: boolean, known: readonly string[] }} ListedRoom  `followed`: I follow its club; `known`: the names of people in it whom I follow
 * @typedef {ReadonlyMap<number, HallwayRow>} Hallway
 */

/** @type {Hallway} */
export const EMPTY_HALLWAY = new Map()

/** @type {readonly string[]} */ const NOBODY = Object.freeze([])

/** Whether the room is removed. Its cursor is kept, so that an older row that arrives late does not add it again. */
export const isGone = (/** @type {HallwayRow} */ row) => Boolean(row.ended_at) || row.hidden === true

/**
 * @param {Hallway} hallway
 * @param {import('../signaling/subscription.js').Frame} frame a `snapshot` or a `hallway` frame
 * @returns {Hallway}
 */
export function reduceHallway(hallway, frame) {
  if (frame.type === 'snapshot') {
    if (!frame.data.hallway) return hallway
    // Rooms that are not in the snapshot have ended: it is newer than everything received before.
    return new Map(frame.data.hallway.map((/** @type {HallwayRow} */ row) => [row.id, Object.freeze(row)]))
  }
  if (frame.type !== 'hallway') return hallway
  const row = frame.data
  const known = hallway.get(row.id)
  if (known && known.cursor !== row.cursor && !isNewer(row.cursor, known.cursor)) return hallway
  return new Map(hallway).set(row.id, Object.freeze(isGone(row) ? { id: row.id, cursor: row.cursor, ended_at: row.ended_at, hidden: row.hidden } : row))
}

/**
 * The rooms to show, with the scheduled ones: first those of the clubs I follow, then the others, each in the order of their creation.
 *
 * @param {Hallway} hallway
 * @param {ReadonlySet<number>} following  club ids
 * @param {{ following: ReadonlySet<number>, here: import('./followed_people.js').PeopleHere }} [people]  user ids, and where they are
 * @returns {ListedRoom[]}
 */
export function openRooms(hallway, following, people = { following: new Set(), here: NOBODY_HERE }) {
  const followed = (/** @type {HallwayRow} */ row) => row.club_id !== null && following.has(row.club_id)
  return [...hallway.values()]
    .filter((row) => !isGone(row))
    .map((row) => Object.freeze({ ...row, followed: followed(row), known: people.following.size ? followedIn(row, people.following, people.here) : NOBODY }))
    .sort((a, b) => Number(b.followed) - Number(a.followed) || a.id - b.id)
}
