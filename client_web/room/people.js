import { mixes } from '../media/node_rules.js'
import { handQueue, isNode, maySpeak, present } from './state.js'

/**
 * The people in the room as they are shown: the seats of the log, with what only this browser knows (connections, who speaks, my
 * microphone). The room's node has a seat, but is not a person.
 *
 * @typedef {object} Person
 * @property {number} user_id
 * @property {string} username
 * @property {string} kind  'person' or 'bot'
 * @property {string} role
 * @property {string} peer_id
 * @property {number} seq
 * @property {string} join_date
 * @property {boolean} me
 * @property {boolean} on_stage
 * @property {number|null} hand  their place in the queue of raised hands, from 1; null: no hand is raised
 * @property {string|null} hand_raised_at
 * @property {boolean} invited  to speak, and has not answered
 * @property {boolean} asked_to_unmute  and has not answered
 * @property {boolean} muted
 * @property {boolean} captioned  lets captions be written of what they say
 * @property {boolean} speaking
 * @property {number} volume  how loud I want to hear them, in per cent
 * @property {boolean} silenced  muted for me only
 * @property {boolean} mixed  their voice is part of a mix, and has no volume of its own
 * @property {import('../media/quality.js').Quality|null} quality  how good their connection is; null while it is not known
 * @property {'none'|'waiting'|'connecting'|'connected'|'reconnecting'|'failed'} connection
 * @property {{local: string, remote: string}|null} path
 * @property {import('./encryption.js').OfPerson} encryption  what comes from them in an encrypted room
 */

/**
 * @param {import('./seat.js').MySeat} my_seat
 * @param {import('./room_media.js').RoomMedia} media
 * @returns {Person[]}
 */
export function peopleOf(my_seat, media) {
  const { room, status } = my_seat
  const { sound, myAudio, route, connectionOf, encryption } = media
  const mixed = route !== null && route.node !== null && route.connected && mixes(route.node)
  const places = new Map(handQueue(room.state).map((seat, index) => [seat.user_id, index + 1]))
  return present(room.state).filter((seat) => !isNode(seat)).map((seat) => {
    const me = seat.user_id === room.user_id
    const muted = me ? myAudio.muted : seat.muted
    const connection = me ? undefined : connectionOf(seat)
    const { speaking, volume, silenced, quality } = sound.of(seat.user_id)
    const { username, role, peer_id, seq, join_date } = seat
    return Object.freeze({
      ...{ user_id: seat.user_id, username, role, peer_id, seq, join_date, me },
      kind: seat.kind,
      on_stage: maySpeak(seat),
      muted,
      captioned: Boolean(seat.captioned_by),
      hand: places.get(seat.user_id) ?? null,
      hand_raised_at: seat.hand_raised_at ?? null,
      invited: Boolean(seat.invited_to_speak_at),
      asked_to_unmute: Boolean(seat.asked_to_unmute_at),
      speaking: speaking && !(me && muted),
      ...(mixed ? { volume: 100, silenced: false } : { volume, silenced }),
      ...{ quality, mixed: mixed && !me },
      connection: me && status.phase === 'reconnecting' ? 'reconnecting' : (connection?.state ?? 'none'),
      path: connection?.path ?? null,
      encryption: encryption.of(seat),
    })
  })
}

/** A person as a list of names has them. @param {import('./listeners.js').Row} row @returns {Person} */
export function listenerOf(row) {
  const { user_id, username, kind, hand_raised_at = null, invited_to_speak_at = null, join_date, seq } = row
  return Object.freeze({
    ...{ user_id, username, kind, role: 'AUDIENCE', peer_id: '', seq, join_date, me: false, on_stage: false, hand: null, hand_raised_at },
    ...{ invited: Boolean(invited_to_speak_at), asked_to_unmute: false, muted: true, captioned: false, speaking: false, volume: 100, silenced: false, mixed: false },
    ...{ quality: null, connection: /** @type {const} */ ('none'), path: null, encryption: /** @type {const} */ ('off') },
  })
}

/** Those who are listed, without those who came to the stage since. @param {import('./listeners.js').Listed} listed @param {readonly Person[]} people  whose seats are known @returns {Person[]} */
export function listenersOf({ rows }, people) {
  if (!rows.length) return []
  const known = new Map(people.map((person) => [person.user_id, person]))
  return rows.map((row) => known.get(row.user_id) ?? listenerOf(row)).filter((person) => !person.on_stage)
}

/**
 * @import { RoomSessionState } from './room_session_state.js'
 * @param {Pick<RoomSessionState, 'people'|'listeners'>} roomSession @param {number} user_id
 */
export const personIn = ({ people, listeners }, user_id) => people.find((one) => one.user_id === user_id) ?? listeners.find((one) => one.user_id === user_id)

/**
 * A person as they are now. In a counted room, who is not known any more has become one of the audience, unless it is known that they left.
 * @param {Pick<RoomSessionState, 'people'|'listeners'|'counted'|'seatEvents'>} roomSession @param {Person} before @returns {Person & { gone?: boolean }}
 */
export function personNow(roomSession, before) {
  const found = personIn(roomSession, before.user_id)
  if (found) return found
  const last = roomSession.seatEvents.findLast(({ user_id }) => user_id === before.user_id)?.kind
  if (!roomSession.counted || (last && WAYS_OUT.has(last))) return { ...before, gone: true }
  return listenerOf({ ...before, hand_raised_at: null, invited_to_speak_at: null })
}

/** @type {ReadonlySet<import('./state.js').SeatEvent['kind']>} */ const WAYS_OUT = new Set(['left', 'timeout', 'removed', 'room ended'])

/**
 * What I may probably do, to show or hide controls; the database decides.
 * @param {Person|null} me @param {import('./state.js').Room|null} room @param {{ site_moderator?: boolean }} user  me
 */
export function mayOf(me, room, { site_moderator = false }) {
  const everywhere = me !== null && site_moderator
  const co_host = me !== null && (room?.co_host_ids ?? []).includes(me.user_id)
  return Object.freeze({
    speak: Boolean(me?.on_stage),
    step_up: me?.role === 'AUDIENCE' && (room?.stage === 'open' || everywhere),
    raise_hand: me?.role === 'AUDIENCE' && room?.stage !== 'open' && !everywhere && me.hand === null && !me.invited,
    lower_hand: Boolean(me?.hand),
    step_down: me?.role === 'SPEAKER' || me?.role === 'MODERATOR',
    moderate: me?.role === 'HOST' || me?.role === 'MODERATOR' || co_host || everywhere,
    host: me?.role === 'HOST',
    open: me?.role === 'HOST' || co_host,
    end: me?.role === 'HOST' || (co_host && Boolean(room?.opened_at)) || everywhere,
    disable: everywhere,
  })
}
