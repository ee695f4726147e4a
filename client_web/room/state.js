import { parseCursor } from '../signaling/cursor.js'
import { instant } from './clock.js'

/**
 * The state of a room, from its log: a pure reducer over frames. The same frames give the same state in every browser, however often it
 * reconnects. A frame that was received before changes nothing: the same object is returned.
 *
 * @typedef {{ room_id: number, user_id: number, username: string, kind: 'person'|'bot'|'sfu'|'mcu',
 *             role: 'HOST'|'MODERATOR'|'SPEAKER'|'AUDIENCE', peer_id: string|null, muted: boolean, join_date: string, seq: number,
 *             hand_raised_at?: string|null, invited_to_speak_at?: string|null, asked_to_unmute_at?: string|null }} Seat
 * @typedef {Seat & { peer_id: string }} PresentSeat
 * @typedef {{ id: number, kind: 'joined'|'left'|'timeout'|'removed'|'room ended'|'muted'|'role'|'hand', user_id: number, username: string,
 *             role: string, at: string|null }} SeatEvent
 * @typedef {{ id: number, name: string, club_id?: number|null, club?: string|null, topic?: string|null, host_id?: number, host?: string,
 *             stage?: 'open'|'moderated', access?: 'open'|'club'|'invited', topology?: 'mesh'|'sfu'|'mcu', locked?: boolean,
 *             slow_mode?: number, host_gone?: string, starts_at?: string|null, opened_at?: string|null, ended_at?: string|null,
 *             ended_reason?: string|null, pinned_link?: string|null }} Room
 * @typedef {object} RoomState
 * @property {string|null} epoch   of the log
 * @property {number} seq          the newest event of the log that was received
 * @property {Room|null} room
 * @property {ReadonlyMap<number, Seat>} seats    by user, in the order they joined; a host who left is here too, with `peer_id` null
 * @property {readonly SeatEvent[]} seatEvents  newest last
 * @property {string|null} ended   why the log has ended
 */

/** @type {RoomState} */
export const EMPTY = Object.freeze({ epoch: null, seq: -1, room: null, seats: new Map(), seatEvents: [], ended: null })

const SEAT_EVENTS_KEPT = 30

/**
 * A seat with the `peer_id` null is kept for its user, who is away.
 * @param {Seat} seat @returns {seat is PresentSeat}
 */
export const isPresent = (seat) => seat.peer_id !== null

/** Whether this seat may be heard. @param {Seat} seat */
export const maySpeak = (seat) => seat.role !== 'AUDIENCE'

/** Whether this seat may be heard now or soon: an invited person may accept at any moment, and must be connected by then. @param {Seat} seat */
export const mayComeToSpeak = (seat) => maySpeak(seat) || Boolean(seat.invited_to_speak_at)

/** A node has a seat, but is not a person. @param {Seat} seat */
export const isNode = (seat) => seat.kind === 'sfu' || seat.kind === 'mcu'

/** Who is here, in the order they joined. @param {RoomState} state */
export const present = (state) => [...state.seats.values()].filter(isPresent)

/** @param {RoomState} state */
export const onStage = (state) => present(state).filter(maySpeak)

/** Who asks to speak, in the order they asked. @param {RoomState} state */
export const handQueue = (state) => present(state)
  .filter((seat) => seat.hand_raised_at)
  .sort((a, b) => instant(a.hand_raised_at ?? '') - instant(b.hand_raised_at ?? '') || a.seq - b.seq)

const inJoinOrder = (/** @type {Seat[]} */ seats) => new Map([...seats].sort((a, b) => a.seq - b.seq).map((seat) => [seat.user_id, Object.freeze(seat)]))

/**
 * Seat events are numbered in their order, so that a view knows which are new.
 * @param {RoomState} state @param {SeatEvent['kind']} kind @param {Seat} seat @param {string|null} at
 */
function withSeatEvent(state, kind, seat, at) {
  const last = state.seatEvents.at(-1)?.id ?? 0
  const seatEvent = Object.freeze({ id: last + 1, kind, user_id: seat.user_id, username: seat.username, role: seat.role, at })
  return [...state.seatEvents, seatEvent].slice(-SEAT_EVENTS_KEPT)
}

/**
 * The seat event of a change of one seat; null if the people in the room need not know.
 * @param {Seat|undefined} before @param {Seat|null} after @param {string} [reason] @returns {[SeatEvent['kind'], Seat]|null}
 */
function seatEventOf(before, after, reason) {
  const [was, is] = [before && isPresent(before) ? before : null, after && isPresent(after) ? after : null]
  const either = is ?? was
  if (!either || isNode(either)) return null
  if (!was) return ['joined', either]
  if (!is) return [LEFT[reason ?? ''] ?? 'left', was]
  return whatChanged(was, is)
}

/** @type {Record<string, SeatEvent['kind']>} by the reason in the log; a ban is announced to the others as a removal */
const LEFT = { timeout: 'timeout', removed: 'removed', 'room ended': 'room ended' }

/** @param {Seat} before @param {Seat} after @returns {[SeatEvent['kind'], Seat]|null} */
function whatChanged(before, after) {
  if (before.role !== after.role) return ['role', after]
  if (!before.hand_raised_at && after.hand_raised_at) return ['hand', after]
  if (!before.muted && after.muted && before.peer_id === after.peer_id) return ['muted', after]
  return null
}

/**
 * How each kind of frame changes the room. Repeated events were dropped before.
 * @type {Record<string, (state: RoomState, frame: import('../signaling/subscription.js').Frame) => RoomState>}
 */
const handlers = {
  snapshot(state, { data }) {
    if (!data.participants) return state // a stream that was resumed: the state is known
    const { epoch, seq } = parseCursor(data.cursor)
    return { ...state, epoch, seq, room: Object.freeze(data.room), seats: inJoinOrder(data.participants), ended: null }
  },

  participants(state, { data }) {
    const change = data.type === 'DELETE' ? null : data.record
    const user = (change ?? data.old_record).user_id
    const before = state.seats.get(user)
    const seats = new Map(state.seats)
    if (change && before && before.seq === change.seq) {
      seats.set(user, Object.freeze(change)) // keeps its place
    } else {
      seats.delete(user)
      if (change) seats.set(user, Object.freeze(change)) // a join is always the newest
    }
    const seatEvent = seatEventOf(before, change, data.reason)
    return { ...state, seats, seatEvents: seatEvent ? withSeatEvent(state, ...seatEvent, data.commit_timestamp) : state.seatEvents }
  },

  rooms(state, { data }) {
    if (data.type === 'DELETE') return { ...state, ended: 'room ended' }
    return { ...state, room: Object.freeze({ ...state.room, ...data.record }) }
  },

  // Other modules handle these; here they only change `seq`.
  signals: (state) => state,
  messages: (state) => state,
  reactions: (state) => state,
  recordings: (state) => state,

  bye: (state, { data }) => ({ ...state, ended: data.reason }),
}

/**
 * @param {RoomState} state
 * @param {import('../signaling/subscription.js').Frame} frame
 * @returns {RoomState}
 */
export function reduce(state, frame) {
  const handler = handlers[frame.type]
  if (!handler) return state
  if (!Number.isInteger(frame.data.seq)) return handler(state, frame)
  const { epoch, seq } = frame.cursor ? parseCursor(frame.cursor) : { epoch: state.epoch, seq: frame.data.seq }
  // Only a snapshot can change the epoch. A repeated event changes nothing.
  if (epoch !== state.epoch || seq <= state.seq) return state
  return { ...handler(state, frame), seq }
}
