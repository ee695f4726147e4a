/**
 * When the connections a room used before are closed, after its topology or its node changed. Pure; server/media/route_changes.py
 * decides the same, by the cases in tests/conformance/route_changes.json.
 *
 * A room changes its route while people talk. The new connections are made first, and the old ones stay for a moment beside them:
 * others may need longer than I do. An edge only sends to me, so it stays only until I certainly hear the stage; and not at all when I speak,
 * because my own voice is in its mix.
 */

export const KEEP_OLD = 2_000 // ms; a node keeps a room that left it for as long
const KEEP_EDGE = 500 // ms that an edge is kept beside the stage
const KEEP_OLD_AT_MOST = 5_000 // ms that an old node is kept while somebody cannot be reached without it

/**
 * @param {object} now
 * @param {import('./routes.js').Topology} now.topology  what the room wants
 * @param {boolean} now.node_connected  whether I am connected with the node that the room has now
 * @param {boolean} now.mesh_complete   whether I am connected with everybody with whom a mesh would connect me
 * @param {'none'|'mesh'|'node'|'edge'} now.old  which connections there still are that this topology and this node do not need
 * @param {boolean} [now.audible]  whether the others hear me
 * @returns {number|null} ms from now; null: they stay for the time being
 */
export function closesOldAfter({ topology, node_connected, mesh_complete, old, audible = false }) {
  if (old === 'none') return null
  if (topology === 'mesh') return mesh_complete ? KEEP_OLD : KEEP_OLD_AT_MOST
  if (!node_connected) return null
  if (old === 'edge') return audible ? 0 : KEEP_EDGE
  return KEEP_OLD
}
