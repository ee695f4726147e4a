import { isNewer } from '../signaling/cursor.js'

/**
 * The hallway: which rooms are open or scheduled and who is in them. A pure reducer over hallway rows, which may come twice or out of
 * order (they travel beside the rooms' logs): the newer cursor wins, and a row that has ended, or is no longer mine to see, leaves.
 *
 * @typedef {{ id: number, name: string, club_id: number|null, club: string|null, topic: string|null, host_id: number, host: string,
 *             stage: 'open'|'moderated', access: 'open'|'club'|'invited', locked: boolean, created_at: string, starts_at: string|null,
 *             opened_at: string|null, scheduled: boolean, here: number, on_stage: number,
 *             people: {user_id: number, username: string, role: string}[], cursor: string, ended_at: string|null, hidden?: boolean }} HallwayRow
 * @typedef {HallwayRow & { followed: boolean }} ListedRoom  `followed`: its club, by me
 * @typedef {ReadonlyMap<number, HallwayRow>} Hallway
 */

/** @type {Hallway} */
export const EMPTY_HALLWAY = new Map()

/** Rooms that ended or were hidden stay behind as a cursor alone, so that a late row cannot bring them back. */
const isGone = (/** @type {HallwayRow} */ row) => Boolean(row.ended_at) || row.hidden === true

/**
 * @param {Hallway} hallway
 * @param {import('../signaling/subscription.js').Frame} frame a `snapshot` or a `hallway` frame
 * @returns {Hallway}
 */
export function reduceHallway(hallway, frame) {
  if (frame.type === 'snapshot') {
    if (!frame.data.hallway) return hallway
    // The rooms it does not name are over: the snapshot was read after everything seen before it.
    return new Map(frame.data.hallway.map((/** @type {HallwayRow} */ row) => [row.id, Object.freeze(row)]))
  }
  if (frame.type !== 'hallway') return hallway
  const row = frame.data
  const known = hallway.get(row.id)
  if (known && !isNewer(row.cursor, known.cursor)) return hallway
  return new Map(hallway).set(row.id, Object.freeze(isGone(row) ? { id: row.id, cursor: row.cursor, ended_at: row.ended_at, hidden: row.hidden } : row))
}

/**
 * The rooms to show: those of the clubs I follow first, then everything else, each in the order the rooms were made, so that a card
 * changes in place and never jumps because somebody entered. The scheduled ones are among them, marked.
 *
 * @param {Hallway} hallway
 * @param {ReadonlySet<number>} following  club ids
 * @returns {(HallwayRow & {followed: boolean})[]}
 */
export function openRooms(hallway, following) {
  const followed = (/** @type {HallwayRow} */ row) => row.club_id !== null && following.has(row.club_id)
  return [...hallway.values()]
    .filter((row) => !isGone(row))
    .map((row) => Object.freeze({ ...row, followed: followed(row) }))
    .sort((a, b) => Number(b.followed) - Number(a.followed) || a.id - b.id)
}
