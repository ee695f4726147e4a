import { qualityProblemInWords } from '../stage/quality_words.js'
import { counted } from '../elements/words.js'

/**
 * @import { Quality } from '../../media/quality.js'
 * @import { RoomSessionState } from '../../room/room_session_state.js'
 */

/** The texts on topologies. Pure. */

/** The topologies with their names and descriptions. @type {readonly { topology: 'mesh'|'sfu'|'mcu', name: string, about: string }[]} */
export const TOPOLOGIES = [
  { topology: 'mesh', name: 'Mesh', about: 'Everybody sends audio to everybody directly. This is best for small rooms.' },
  { topology: 'sfu', name: 'SFU', about: 'A server forwards every voice unchanged. You send yours only once, to any number of listeners.' },
  { topology: 'mcu', name: 'MCU', about: 'A server mixes all voices into one. A large room costs you no more than one call, but you cannot change the volume of one person.' },
]

const MEANT = { sfu: 'which forwards every voice', mcu: 'which mixes all voices into one' }

/**
 * The route of the room's audio, shown under the room's name.
 * @param {import('../../room/connections.js').Route & { quality: Quality|null }} route
 */
export function routeInWords({ topology, status, node, quality }) {
  const name = node?.username ?? 'an audio server'
  switch (status) {
    case 'moving': return topology === 'mesh' ? 'Changing to a mesh…' : `Changing to ${name}…`
    case 'connecting': return `Connecting with ${name}…`
    case 'reconnecting': return `Reconnecting with ${name}…`
    case 'lost': return `No connection to ${name} right now`
    case 'no_node': return 'Waiting for an audio server'
  }
  if (topology === 'mesh') return 'Audio goes directly from person to person'
  const trouble = qualityProblemInWords(quality)
  return [`Audio goes through ${name}, ${MEANT[topology]}`, trouble.toLowerCase()].filter(Boolean).join(' · ')
}

/**
 * What a topology would cost me in this room now: "Here you send 11 times and get 3 voices."
 * @param {'mesh'|'sfu'|'mcu'} topology
 * @param {Pick<RoomSessionState, 'me'|'people'|'stage'>} roomSession
 */
export function costInWords(topology, { me, people, stage }) {
  if (!me) return ''
  const others = people.length - 1
  const voices = stage.filter((person) => !person.me).length
  const sends = !me.on_stage ? 0 : topology === 'mesh' ? others : 1
  const sent = sends === 0 ? 'send nothing' : sends === 1 ? 'send once' : sends === 2 ? 'send twice' : `send ${sends} times`
  const got = topology === 'mcu' ? 'one sound' : voices === 0 ? 'no voice' : counted(voices, 'voice')
  return `Here you ${sent} and get ${got}.`
}
