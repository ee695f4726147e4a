import { isNode, isPresent, mayComeToSpeak } from '../room/state.js'

/**
 * Which node sends a room's audio, and whose voices it has. Pure.
 *
 * @import { PresentSeat, Seat } from '../room/state.js'
 * @import { Topology } from './routes.js'
 */

/** The seat of the node of a room with this topology, if there is one. @param {readonly Seat[]} seats @param {Topology} topology @returns {PresentSeat|null} */
export const roomNodeOf = (seats, topology) => seats.filter(isPresent).find((seat) => isNode(seat) && seat.kind === topology) ?? null

/**
 * Whose voices a node has for me: one with everybody's, or one for each person who may speak at any moment.
 * @param {Seat} node @param {Seat|null} me @param {readonly Seat[]} seats @returns {string[]}
 */
export function voicesAt(node, me, seats) {
  if (node.kind === 'mcu') return ['mix']
  const others = seats.filter((each) => each.user_id !== me?.user_id && !isNode(each) && isPresent(each) && mayComeToSpeak(each))
  return others.sort((a, b) => a.seq - b.seq).map(({ user_id }) => `user-${user_id}`)
}

/** Whose voice it is: that of `user-7`; or a mix of everybody's, which belongs to the node's user. @param {string} voice @param {Seat} seat */
export const ownerOf = (voice, seat) => (voice === 'mix' ? { owner: seat.user_id, mixed: true } : { owner: Number(voice.slice('user-'.length)), mixed: false })
