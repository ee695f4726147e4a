import { parseCursor } from '../signaling/cursor.js'
import { instant } from './clock.js'

/**
 * The state of a room, from its log: a pure reducer over frames. The same frames give the same state in every browser, however often it
 * reconnects. A frame that was received before changes nothing: the same object is returned.
 *
 * @typedef {{ room_id: number, user_id: number, username: string, kind: 'person'|'bot'|'sfu'|'mcu'|'edge',
 *             role: 'HOST'|'MODERATOR'|'SPEAKER'|'AUDIENCE', peer_id: string|null, muted: boolean, join_date: string, seq: number,
 *             hand_raised_at?: string|null, invited_to_speak_at?: string|null, asked_to_unmute_at?: string|null,
 *             edge?: string|null, captioned_by?: 'self'|'operator'|null, signing_key?: string, agreement_key?: string }} Seat  the keys only in an encrypted room; `edge`: the peer_id of the edge from which it gets the room's mix; null: it is connected with the stage
 * @typedef {Seat & { peer_id: string }} PresentSeat
 * @typedef {{ id: number, kind: 'joined'|'left'|'timeout'|'removed'|'room ended'|'muted'|'role'|'hand', user_id: number, username: string,
 *             role: string, at: string|null }} SeatEvent
 * @typedef {{ id: number, name: string, description?: string|null, club_id?: number|null, club?: string|null, topic?: string|null, host_id?: number, host?: string, co_host_ids?: readonly number[],
 *             stage?: 'open'|'moderated', access?: 'open'|'club'|'invited', topology?: 'mesh'|'sfu'|'mcu', topology_is_auto?: boolean, locked?: boolean, broadcast?: boolean, captions?: boolean, encrypted?: boolean,
 *             slow_mode?: number, host_gone?: string, repeats?: string|null, time_zone?: string|null, starts_at?: string|null, opened_at?: string|null, ended_at?: string|null,
 *             ended_reason?: string|null, pinned_link?: string|null, roster?: 'full'|'counted' }} Room
 * @typedef {{ here: number, on_stage: number, audience: number }} Audience
 * @typedef {{ user_id: number, username: string, kind: 'person'|'bot', join_date: string, seq: number }} Listener
 * @typedef {object} RoomState
 * @property {string|null} epoch   of the log
 * @property {number} seq          the newest event of the log that was received
 * @property {Room|null} room
 * @property {ReadonlyMap<number, Seat>} seats    by user, in the order they joined; a host who left is here too, with `peer_id` null. While
 *   the roster is counted, of the quiet seats only one's own and those of `partners`
 * @property {number|null} own        the user of this session
 * @property {ReadonlySet<number>} partners  who sent signals to this session: connections depend on their seats, so their changes are sent to it
 * @property {Audience|null} audience   the numbers while the roster is counted, else null
 * @property {number|null} hands      how many hands are raised while the roster is counted, of which the seats of some may not be known; else null
 * @property {readonly Listener[]} names  the first of the audience in the newest snapshot, while the roster is counted
 * @property {ReadonlySet<number>} speakers  who speaks, while somebody listens through an edge: its mix does not say whose voices are in it
 * @property {readonly SeatEvent[]} seatEvents  newest last
 * @property {string|null} ended   why the log has ended
 */

/** @type {RoomState} */
export const EMPTY = Object.freeze({ epoch: null, seq: -1, room: null, seats: new Map(), own: null, partners: new Set(), audience: null, hands: null, names: [], speakers: new Set(), seatEvents: [], ended: null })

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

/** Receivers play only unmuted seats on stage, whatever the sender's client sends. @param {Seat} seat */
export const isAudible = (seat) => maySpeak(seat) && !seat.muted

/** Whether it is in the audience and neither raises a hand nor is invited to speak: while the roster is counted, only a number. @param {Seat} seat */
export const isQuiet = (seat) => !mayComeToSpeak(seat) && !seat.hand_raised_at

/** Whether participants learn of the audience by numbers alone. @param {Pick<RoomState, 'room'>} state */
export const isCounted = ({ room }) => room?.roster === 'counted'

/** Whether the changes of this seat are not sent to me. @param {Pick<RoomState, 'room'|'own'|'partners'>} state @param {Seat} seat */
const isOneOfMany = (state, seat) => isCounted(state) && isQuiet(seat) && seat.user_id !== state.own && !state.partners.has(seat.user_id)

/** A node has a seat, but is not a person. @param {{ kind: string }} seat */
export const isNode = (seat) => seat.kind === 'sfu' || seat.kind === 'mcu' || seat.kind === 'edge'

/** Who is here, in the order they joined. @param {RoomState} state */
export const present = (state) => [...state.seats.values()].filter(isPresent)

/** @param {RoomState} state */
export const onStage = (state) => present(state).filter(maySpeak)

/** @param {Iterable<Seat>} seats @returns {Audience} */
function count(seats) {
  const people = [...seats].filter((seat) => isPresent(seat) && !isNode(seat))
  const on_stage = people.filter(maySpeak).length
  return { here: people.length, on_stage, audience: people.length - on_stage }
}

/** How many people and bots are here. @param {RoomState} state @returns {Audience} */
export const countsOf = ({ audience, seats }) => audience ?? count(seats.values())

/** Who asks to speak, in the order they asked. @param {RoomState} state */
export const handQueue = (state) => present(state)
  .filter((seat) => seat.hand_raised_at)
  .sort((a, b) => instant(a.hand_raised_at ?? '') - instant(b.hand_raised_at ?? '') || a.seq - b.seq)

/** How many hands are raised. @param {RoomState} state */
export const handsOf = (state) => state.hands ?? handQueue(state).length

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

/** A change within a counted audience, which is sent to those who are connected with the seat, and is no news. @param {RoomState} state @param {Seat|undefined} before @param {Seat|null} after */
const isMoveOfMany = (state, before, after) => isCounted(state) && (before ?? after)?.user_id !== state.own && [before, after].every((seat) => !seat || isQuiet(seat))

/** @type {Record<string, SeatEvent['kind']>} by the reason in the log; a ban is announced to the others as a removal */
const LEFT = { timeout: 'timeout', removed: 'removed', 'room ended': 'room ended' }

/** @param {Seat} before @param {Seat} after @returns {[SeatEvent['kind'], Seat]|null} */
function whatChanged(before, after) {
  if (before.role !== after.role) return ['role', after]
  if (!before.hand_raised_at && after.hand_raised_at) return ['hand', after]
  if (!before.muted && after.muted && before.peer_id === after.peer_id) return ['muted', after]
  return null
}

/** @param {Seat|null|undefined} seat */
const hasHand = (seat) => Boolean(seat?.hand_raised_at)

/** @param {Audience} data @returns {Audience} */
const numbersOf = ({ here, on_stage, audience }) => Object.freeze({ here, on_stage, audience })

/** @param {{ signals?: { from_user: number }[], seats?: Seat[] }} data @returns {ReadonlySet<number>} */
const partnersOf = ({ signals = [], seats = [] }) => new Set([...signals.map(({ from_user }) => from_user), ...seats.map(({ user_id }) => user_id)])

/** @param {ReadonlySet<number>} users @param {number} user @returns {ReadonlySet<number>} */
const without = (users, user) => new Set([...users].filter((each) => each !== user))

/** @param {ReadonlyMap<number, Seat>} seats @param {number} user @returns {Map<number, Seat>} */
function withoutSeat(seats, user) {
  const rest = new Map(seats)
  rest.delete(user)
  return rest
}

/** In its place in the order of joining. @param {ReadonlyMap<number, Seat>} seats @param {Seat} seat @returns {Map<number, Seat>} */
function withSeat(seats, seat) {
  const keepsPlace = seats.get(seat.user_id)?.seq === seat.seq
  const changed = keepsPlace ? new Map(seats) : withoutSeat(seats, seat.user_id)
  const last = [...changed.values()].at(-1)
  changed.set(seat.user_id, Object.freeze(seat))
  return keepsPlace || !last || last.seq < seat.seq ? changed : inJoinOrder([...changed.values()])
}

/**
 * How each kind of frame changes the room. Repeated events were dropped before.
 * @type {Record<string, (state: RoomState, frame: import('../signaling/subscription.js').Frame) => RoomState>}
 */
const handlers = {
  snapshot(state, { data }) {
    if (!data.participants) return state // a stream that was resumed: the state is known
    const { epoch, seq } = parseCursor(data.cursor)
    return {
      ...state, epoch, seq, room: Object.freeze(data.room), seats: inJoinOrder([...data.participants, ...(data.seats ?? [])]),
      own: data.user_id ?? state.own, partners: partnersOf(data), audience: data.audience ? numbersOf(data.audience) : null, hands: data.hands ?? null, names: data.names ?? [], speakers: new Set(data.speakers), ended: null,
    }
  },

  participants(state, { data }) {
    const change = data.type === 'DELETE' ? null : data.record
    const user = (change ?? data.old_record).user_id
    const known = state.seats.get(user)
    const isNewSession = !change || (known && known.peer_id !== change.peer_id) // without connections
    const partners = isNewSession && state.partners.has(user) ? without(state.partners, user) : state.partners
    const gone = !change || isOneOfMany({ ...state, partners }, change)
    // While the roster is counted, the first change that is received of a seat may be a later one.
    const before = known ?? data.old_record ?? undefined
    const seatEvent = isMoveOfMany(state, before, change) ? null : seatEventOf(before, change, data.reason)
    const seats = gone ? withoutSeat(state.seats, user) : withSeat(state.seats, change)
    const hands = state.hands === null ? null : state.hands + Number(hasHand(change)) - Number(hasHand(data.old_record)) // every raised hand is sent to everybody
    return { ...state, seats, partners, hands, seatEvents: seatEvent ? withSeatEvent(state, ...seatEvent, data.commit_timestamp) : state.seatEvents }
  },

  rooms(state, { data }) {
    if (data.type === 'DELETE') return { ...state, ended: 'room ended' }
    const changed = { ...state, room: Object.freeze({ ...state.room, ...data.record }) }
    if (!isCounted(changed)) return state.audience ? { ...changed, audience: null, hands: null, names: [] } : changed
    if (isCounted(state)) return changed
    const audience = numbersOf(count(state.seats.values())) // until the first numbers come, which follow at once
    return { ...changed, audience, hands: handsOf(state), seats: new Map([...state.seats].filter(([, seat]) => !isOneOfMany(changed, seat))) }
  },

  audience(state, { data }) {
    const { audience } = state
    const same = audience && audience.here === data.here && audience.on_stage === data.on_stage
    return same || !isCounted(state) ? state : { ...state, audience: numbersOf(data) }
  },

  signals(state, { data }) {
    const { from_user, seat } = data.record ?? {} // the offer of one of many says whose it is
    const partners = state.partners.has(from_user) ? state.partners : new Set([...state.partners, from_user])
    return { ...state, partners, seats: seat ? withSeat(state.seats, seat) : state.seats }
  },

  speakers: (state, { data }) => ({ ...state, speakers: new Set(data.record.users) }),

  // Other modules handle these; here they only change `seq`.
  messages: (state) => state,
  captions: (state) => state,
  reactions: (state) => state,
  recordings: (state) => state,
  sender_keys: (state) => state,

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
