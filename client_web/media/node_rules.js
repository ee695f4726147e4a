import { isAudible, isNode, isPresent, mayComeToSpeak } from '../room/state.js'

/**
 * Which node sends a room's audio, and whose voices it has. Pure.
 *
 * @import { PresentSeat, Seat } from '../room/state.js'
 * @import { Topology } from './routes.js'
 */

/**
 * The seat of the node with which I am to connect, if there is one: the edge that my seat names, or else the node of a room with this topology.
 * @param {readonly Seat[]} seats @param {Topology} topology @param {Seat|null} me @returns {PresentSeat|null}
 */
export function roomNodeOf(seats, topology, me) {
  const edge = me?.edge ?? null
  /** @param {PresentSeat} seat */
  const isMine = (seat) => (edge === null ? isNode(seat) && seat.kind === topology : seat.kind === 'edge' && seat.peer_id === edge)
  return topology === 'mesh' ? null : (seats.filter(isPresent).find(isMine) ?? null)
}

/** Whether this node sends everybody's voices in one. @param {Pick<Seat, 'kind'>} node */
export const mixes = ({ kind }) => kind === 'mcu' || kind === 'edge'

/** The others who are present, without nodes. @param {Seat|null} me @param {readonly Seat[]} seats */
const others = (me, seats) => seats.filter((each) => each.user_id !== me?.user_id && !isNode(each) && isPresent(each))

/**
 * Whose voices a node has for me: one with everybody's, or one for each person who may speak at any moment.
 * @param {Seat} node @param {Seat|null} me @param {readonly Seat[]} seats @returns {string[]}
 */
export function voicesAt(node, me, seats) {
  if (mixes(node)) return ['mix']
  return others(me, seats).filter(mayComeToSpeak).sort((a, b) => a.seq - b.seq).map(({ user_id }) => `user-${user_id}`)
}

/** Of these voices those that are to be heard now: of people who are not muted. @param {Seat} node @param {Seat|null} me @param {readonly Seat[]} seats */
export function voicesNowAt(node, me, seats) {
  const audible = others(me, seats).filter(isAudible)
  return audible.length ? voicesAt(node, me, audible) : []
}

/**
 * Whose voice it is: that of `user-7`; or a mix of everybody's, which belongs to the node's user. An edge's packets do not name whose voices are in
 * its mix. @param {string} voice @param {Seat} seat
 */
export function ownerOf(voice, seat) {
  if (voice === 'mix') return { owner: seat.user_id, mixed: true, named: seat.kind !== 'edge' }
  return { owner: Number(voice.slice('user-'.length)), mixed: false, named: true }
}
