import { element, say } from '../elements/element.js'

/** @import { RoomSessionState } from '../../room/room_session_state.js' */

/**
 * @typedef {'host'|'few'|'many_speakers'|'many_people'|'no_node'|'mix_is_used'} TopologyReason  `topology_reason` in the database
 * @typedef {(topology: 'mesh'|'sfu'|'mcu', reason: TopologyReason) => string} Words
 */

const COUNTED = 20 // with more people another one changes no reason

/**
 * A line that says why the room has its topology. The database knows; it is asked when something has changed that it may depend on.
 * @param {{ topologyReason: () => Promise<TopologyReason|null>, words: Words, class: string }} options
 */
export function createTopologyReason({ topologyReason, words, class: name }) {
  const line = element('p', { class: name, hidden: true })
  let asked = ''

  /** @param {Pick<RoomSessionState, 'room'|'counts'>} roomSession */
  async function update({ room, counts }) {
    const topology = room?.topology ?? 'mesh'
    const now = [room?.id, topology, room?.topology_is_auto, Math.min(counts.here, COUNTED), Math.min(counts.on_stage, COUNTED)].join()
    if (now === asked) return
    asked = now
    const reason = room?.topology_is_auto ? await topologyReason().catch(() => null) : null // said again with the next change
    if (now !== asked) return
    line.hidden = reason === null
    say(line, reason === null ? '' : words(topology, reason))
  }

  return { element: line, update, /** What it says may be old. */ again: () => void (asked = '') }
}
