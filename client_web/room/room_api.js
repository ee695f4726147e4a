import { addressOf } from '../addresses.js'
import { usernamesOf } from './usernames.js'

/** @import { Params, Row } from '../signaling/rows.js' */

/**
 * What I ask the relay about one room: its rows, and its log. Every request names the room.
 *
 * @typedef {ReturnType<typeof createRoomApi>} RoomApi
 * @typedef {ReturnType<typeof import('../signaling/rows.js').createRows>} Rows
 * @param {object} options
 * @param {{ id: number, username: string }} options.user  me
 * @param {number} options.room_id
 * @param {Rows} options.rows
 * @param {ReturnType<typeof import('../signaling/technique.js').createTechnique>} options.technique  how the log is followed
 */
export function createRoomApi({ user, room_id, rows, technique }) {
  const path = addressOf(room_id)
  const inRoom = { room_id: `eq.${room_id}` }
  const seatOf = (/** @type {number} */ user_id) => ({ ...inRoom, user_id: `eq.${user_id}` })

  return {
    user,
    room_id,
    rows,

    /** @param {string} table @param {Params} [params] */
    select: (table, params = {}) => rows.select(table, { ...inRoom, ...params }),
    /** @param {string} table @param {Row|Row[]} row @param {Parameters<Rows['insert']>[2]} [how] */
    insert: (table, row, how) => rows.insert(table, Array.isArray(row) ? row.map((one) => ({ room_id, ...one })) : { room_id, ...row }, how),
    /** @param {string} table @param {Params} filters @param {Parameters<Rows['remove']>[2]} [how] */
    remove: (table, filters, how) => rows.remove(table, { ...inRoom, ...filters }, how),
    /** Calls a function of the database. @param {string} name @param {Row} [args] @param {Parameters<Rows['rpc']>[2]} [how] */
    call: (name, args = {}, how) => rows.rpc(name, { room_id, ...args }, how),
    /** @param {Row} columns  of `rooms`, only those that change */
    change: (columns) => rows.update('rooms', columns, { id: `eq.${room_id}` }, { representation: false }),
    /** @returns {Promise<import('../view/room/topology_reason.js').TopologyReason|null>} why the room has its topology */
    topologyReason: async () => (await rows.select('rooms', { id: `eq.${room_id}`, select: 'topology_reason' }))[0]?.topology_reason ?? null,
    /** @param {Iterable<number>} user_ids */
    usernames: (user_ids) => usernamesOf(rows, user_ids),

    /** @param {string} columns @returns {Promise<Row|undefined>} my seat, whichever session has it */
    mySeat: async (columns) => (await rows.select('participants', { ...seatOf(user.id), select: columns }))[0],
    /** @param {Row} columns @param {number} [user_id]  whose seat; without it mine */
    changeSeat: (columns, user_id = user.id) => rows.update('participants', columns, seatOf(user_id), { representation: false }),
    /** @param {string|null} peer_id  of my session @param {Row} columns */
    changeSession: (peer_id, columns) => rows.update('participants', columns, { ...seatOf(user.id), peer_id: `eq.${peer_id}` }, { representation: false }),
    /** @param {boolean} muted @returns {Promise<boolean>} whether my seat was not so before */
    setMuted: async (muted) => Boolean((await rows.update('participants', { muted }, { ...seatOf(user.id), muted: `is.${!muted}`, select: 'muted' }))?.length),
    /** Takes a seat, or mine again for another session. @param {Row} columns */
    takeSeat: (columns) => rows.upsert('participants', { room_id, ...columns }, { on_conflict: 'room_id,user_id' }),

    /** Follows the log. @param {Omit<Parameters<typeof technique.subscribe>[0], 'path'>} options */
    follow: (options) => technique.subscribe({ path, ...options }),
    /** Why a session lost its seat; null if the log does not say. @param {Omit<Parameters<typeof technique.leaveReason>[0], 'path'>} session */
    leaveReason: (session) => technique.leaveReason({ path, ...session }),
  }
}
