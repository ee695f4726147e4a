/**
 * When the connections a room used before are closed, after its topology or its node changed. Pure; server/media/route_changes.py
 * decides the same, by the cases in tests/conformance/route_changes.json.
 *
 * A room changes its route while people talk. The new connections are made first, and the old ones stay until the new ones are heard, and for
 * a moment beside them: others may need longer than I do. An edge only sends to me, so it stays only until I certainly hear the stage; and not
 * at all when I speak, because my own voice is in its mix.
 */

export const KEEP_OLD = 2_000 // ms; a node keeps a room that left it for as long
const KEEP_EDGE = 500 // ms that an edge is kept beside the stage
const KEEP_OLD_AT_MOST = 5_000 // ms that an old node is kept while somebody cannot be reached without it
const KEEP_UNHEARD = 15_000 // ms that old connections are kept while somebody is not heard from the new node: it may be busy, or their connection with it may be broken

/**
 * @param {object} now
 * @param {import('./routes.js').Topology} now.topology  what the room wants
 * @param {'none'|'connected'|'heard'} now.node  whether I am connected with the node that the room has now; and a packet of everybody who is to
 *   be heard now has come from it
 * @param {boolean} now.mesh_complete   whether I am connected with everybody with whom a mesh would connect me
 * @param {'none'|'mesh'|'node'|'edge'} now.old  which connections there still are that this topology and this node do not need
 * @param {boolean} [now.audible]  whether the others hear me
 * @returns {number|null} ms from now; null: they stay for the time being
 */
export function closesOldAfter({ topology, node, mesh_complete, old, audible = false }) {
  if (old === 'none') return null
  if (topology === 'mesh') return mesh_complete ? KEEP_OLD : KEEP_OLD_AT_MOST
  if (node === 'none') return null
  if (old === 'edge' && audible) return 0
  if (node === 'connected') return KEEP_UNHEARD
  return old === 'edge' ? KEEP_EDGE : KEEP_OLD
}
